import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { errorText } from '../common/error-text.js';
import { type ConvertedText, convertText } from './convert/convert-text.js';
import { type ConvertCommand, convertHelp, readConvertOptions } from './convert/read-options.js';
import { type ConvertedFile, toJsonReport, toText } from './convert/report.js';

/**
 * driver-plugin convert. Resolves with the exit code: 0; 1 where a file could not be read or written, and with --check
 * where something would change; 2 for wrong options.
 */
export async function run(args: readonly string[]): Promise<number> {
  let command: ConvertCommand | undefined;
  try {
    command = readConvertOptions(args);
  } catch (error) {
    process.stderr.write(`driver-plugin convert: ${errorText(error)} (see --help)\n`);
    return 2;
  }
  if (command === undefined) {
    process.stdout.write(convertHelp);
    return 0;
  }
  return await convertFiles(command);
}

async function convertFiles(command: ConvertCommand): Promise<number> {
  const { output, isCheck, isJson } = command;
  const texts: string[] = [];
  const files: ConvertedFile[] = [];
  for (const file of command.files) {
    try {
      const converted = await convertFile(file, command);
      texts.push(converted.text);
      files.push({ file, documents: converted.documents });
    } catch (error) {
      files.push({ file, documents: [], fault: errorText(error) });
    }
  }
  const showsTexts = output === undefined && !isCheck;
  if (showsTexts) {
    process.stdout.write(joinDocuments(texts));
  }
  const report = isJson ? toJsonReport(files) : toText(files);
  (showsTexts ? process.stderr : process.stdout).write(report);
  const wouldChange = files.some(({ documents }) =>
    documents.some(({ conversion }) => conversion.kind === 'converted'),
  );
  return files.some(({ fault }) => fault !== undefined) || (isCheck && wouldChange) ? 1 : 0;
}

async function convertFile(file: string, { output, options }: ConvertCommand): Promise<ConvertedText> {
  const converted = await convertText(
    file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8'),
    options,
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
