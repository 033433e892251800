import { errorText } from '../common/error-text.js';
import { exitCodes } from '../common/exit-codes.js';
import { readVersion } from '../common/version.js';
import { type Command, type CommandEntry, commands } from './commands.js';

/**
 * Runs the command that the arguments name, or the default one where they begin with an option or are none. Resolves
 * with the exit code.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [first = ''] = args;
  if (first === '--help' || first === 'help') {
    process.stdout.write(help());
    return exitCodes.ok;
  }
  if (first === '--version') {
    process.stdout.write(`driver-plugin ${readVersion()}\n`);
    return exitCodes.ok;
  }
  const isNamed = first !== '' && !first.startsWith('-');
  const entry = isNamed ? commands.find(({ name }) => name === first) : commands[0];
  if (entry === undefined) {
    const names = commands.map(({ name }) => name).join(', ');
    process.stderr.write(`driver-plugin: "${first}" is not a command: use one of ${names}, or --help\n`);
    return exitCodes.badUsage;
  }
  const command = await load(entry);
  return command === undefined ? exitCodes.failed : await command.run(isNamed ? args.slice(1) : args);
}

/** The image has what a cluster needs, and no more. */
async function load({ name, load: loadModule }: CommandEntry): Promise<Command | undefined> {
  try {
    return await loadModule();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw error;
    }
    process.stderr.write(
      `driver-plugin: "${name}" is not part of this installation: use the npm package (${errorText(error)})\n`,
    );
    return undefined;
  }
}

function help(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `driver-plugin ${readVersion()}: runs Kubeflow Pipelines drivers for Argo Workflows, without driver pods`,
    '',
    'Usage: driver-plugin [COMMAND] [OPTIONS]',
    '',
    'Commands:',
    ...commands.map(({ name, purpose }) => `  ${name.padEnd(width)}  ${purpose}`),
    '',
    'driver-plugin COMMAND --help tells more; --version prints the version.',
    'Exit codes: 0, 1 failed, 2 bad usage, 78 bad settings in the environment.',
    '',
    'Example:',
    '  driver-plugin demo',
    '',
  ].join('\n');
}
