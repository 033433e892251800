import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printExit, readCommand } from '../common/command-line.js';
import { option } from '../common/options.js';
import { ownProgram } from '../common/own-program.js';
import { packageFile } from '../common/package-file.js';
import { anyText, optional } from '../common/settings.js';
import { runPlay } from '../play/run-play.js';
import type { PlayedFile } from '../play/walk/play-files.js';
import { describeCommand } from './command-names.js';
import { compare, describeBeforeAndAfter } from './demo/before-and-after.js';
import { type ConvertedStock, convertStock, describeConversion } from './demo/convert-stock.js';

const program = {
  ...describeCommand('demo'),
  example: 'driver-plugin demo --html demo.html',
  options: {
    html: option('--html', 'FILE', 'write one page with the run as well', optional(anyText('a path')), ''),
  },
};
const examples = packageFile('examples/');

/**
 * A dev-driver, a sidecar, a stock workflow that is converted first, and the example workflows; on a terminal at a pace
 * that eyes can follow.
 */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const folder = await mkdtemp(join(tmpdir(), 'driver-plugin-demo-'));
  try {
    const converted: ConvertedStock[] = [];
    for (const file of filesIn('stock')) {
      converted.push(await convertStock(file, folder));
    }
    process.stdout.write(`${converted.map(describeConversion).join('')}\n`);
    return await runPlay({
      files: [...converted.map(({ file }) => file), ...filesIn('workflows')],
      metadata: {},
      parallel: 1,
      plugin: { kind: 'own' },
      devDriverArgs: ['--delay-ms', process.stdout.isTTY === true ? 'uniform:150-600' : '0'],
      isJson: false,
      htmlFile: command.options.html,
      program: ownProgram(),
      comment: (played) => describePlayed(played, converted),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function filesIn(folder: string): readonly string[] {
  const names = readdirSync(new URL(`${folder}/`, examples)).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => fileURLToPath(new URL(`${folder}/${name}`, examples)));
}

function describePlayed(played: readonly PlayedFile[], converted: readonly ConvertedStock[]): string {
  const parts = converted.flatMap(({ file, summary }) =>
    played.flatMap((one) =>
      one.file === file && 'walk' in one
        ? [describeBeforeAndAfter(basename(file), compare(one.walk.nodes, summary.podTemplates))]
        : [],
    ),
  );
  return parts.map((part) => `\n${part}\n`).join('');
}
