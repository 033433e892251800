import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printExit, readCommand } from '../common/command-line.js';
import { option } from '../common/options.js';
import { anyText, optional } from '../common/settings.js';
import { runPlay } from '../play/run-play.js';
import { describeCommand } from './commands.js';

const program = {
  ...describeCommand('demo'),
  example: 'driver-plugin demo --html demo.html',
  options: {
    html: option('--html', 'FILE', 'write one page with the run as well', optional(anyText('a path')), ''),
  },
};
const examples = new URL('../../../examples/workflows/', import.meta.url);

/** A dev-driver, a sidecar and the example workflows; on a terminal at a pace that eyes can follow. */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const names = readdirSync(examples).filter((name) => name.endsWith('.yaml'));
  const delay = process.stdout.isTTY === true ? 'uniform:150-600' : '0';
  return await runPlay({
    files: names.sort().map((name) => fileURLToPath(new URL(name, examples))),
    metadata: {},
    parallel: 1,
    plugin: { kind: 'own' },
    devDriverArgs: ['--delay-ms', delay],
    isJson: false,
    htmlFile: command.options.html,
    program: fileURLToPath(new URL('../main.js', import.meta.url)),
  });
}
