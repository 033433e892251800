import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { printExit, readCommand } from '../common/command-line.js';
import { errorText } from '../common/error-text.js';
import { exitCodes } from '../common/exit-codes.js';
import { describeCommand } from './command-names.js';
import {
  type CommandOptions,
  checkCommandOptions,
  commandOptions,
  toConvertOptions,
} from './convert/command-options.js';
import { type ConvertedText, convertText } from './convert/convert-text.js';
import { type ConvertedFile, toJsonReport, toText } from './convert/report.js';

const program = {
  ...describeCommand('convert'),
  example: 'driver-plugin convert --output converted/ hello-world.yaml',
  operands: '[FILE...]',
  notes: [
    'Without FILE, or for "-", stdin is read. A file may have several YAML documents; what is no workflow, or cannot be',
    'converted, stays as it is. The report goes to stderr where the workflows go to stdout, else to stdout.',
    'Exit codes: 0, 1 a file cannot be read or written (with --check also: something would change), 2 bad usage.',
  ],
  options: commandOptions,
  checkOptions: checkCommandOptions,
};

/** Resolves with 1 where a file could not be read or written, and with --check where something would change. */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const { options, operands } = command;
  return await convertFiles(operands.length === 0 ? ['-'] : operands, options);
}

async function convertFiles(names: readonly string[], options: CommandOptions): Promise<number> {
  const { output, check, json } = options;
  const texts: string[] = [];
  const files: ConvertedFile[] = [];
  for (const file of names) {
    try {
      const converted = await convertFile(file, options);
      texts.push(converted.text);
      files.push({ file, documents: converted.documents });
    } catch (error) {
      files.push({ file, documents: [], fault: errorText(error) });
    }
  }
  const showsTexts = output === undefined && !check;
  if (showsTexts) {
    process.stdout.write(joinDocuments(texts));
  }
  const report = json ? toJsonReport(files) : toText(files);
  (showsTexts ? process.stderr : process.stdout).write(report);
  const wouldChange = files.some(({ documents }) =>
    documents.some(({ conversion }) => conversion.kind === 'converted'),
  );
  return files.some(({ fault }) => fault !== undefined) || (check && wouldChange)
    ? exitCodes.failed
    : exitCodes.ok;
}

async function convertFile(file: string, options: CommandOptions): Promise<ConvertedText> {
  const { output } = options;
  const converted = await convertText(
    file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8'),
    toConvertOptions(options),
  );
  if (output !== undefined) {
    await mkdir(output, { recursive: true });
    await writeFile(join(output, basename(file)), converted.text);
  }
  return converted;
}

/** The texts of several files as one; a file that does not begin with "---" gets one in front. */
function joinDocuments(texts: readonly string[]): string {
  return texts
    .map((text, at) => {
      const ended = at === texts.length - 1 || text.endsWith('\n') ? text : `${text}\n`;
      return at === 0 || ended.startsWith('---') ? ended : `---\n${ended}`;
    })
    .join('');
}
