import { printExit, readCommand } from '../common/command-line.js';
import { ownProgram } from '../common/own-program.js';
import { checkPlayOptions, chooseMetadata, choosePlugin, playOptions } from '../play/play-options.js';
import { runPlay } from '../play/run-play.js';
import { describeCommand } from './command-names.js';

const program = {
  ...describeCommand('play'),
  example: 'driver-plugin play --html run.html hello-world.yaml',
  operands: 'FILE...',
  options: playOptions,
  checkOptions: checkPlayOptions,
};

/** 0 only if every workflow Succeeded and every plugin node has all its declared outputs. */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const { options, operands } = command;
  return await runPlay({
    files: operands,
    metadata: chooseMetadata(options),
    parallel: options.parallel,
    plugin: choosePlugin(options),
    isJson: options.json,
    htmlFile: options.html,
    program: ownProgram(),
  });
}
