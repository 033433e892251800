import {
  describeSettings,
  type Environment,
  readSettings,
  type SettingsOf,
  type SettingsTable,
} from './settings.js';
import { readVersion } from './version.js';

/** Exit code for a configuration that cannot work: EX_CONFIG of sysexits.h. */
export const exitBadConfiguration = 78;

/** A program as its command line sees it. */
export interface Program<Table extends SettingsTable> {
  readonly name: string;
  readonly purpose: string;
  readonly settings: Table;
  /** Faults that no setting has alone, one sentence each. */
  readonly check?: (values: SettingsOf<Table>) => string[];
}

/** What the command line asks for: text and an exit code, or to run with these settings. */
export type Command<Table extends SettingsTable> =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'run'; readonly settings: SettingsOf<Table> };

/**
 * Reads a program's arguments (--help, --version, nothing else) and its settings from the environment. All faults
 * are reported together, with exit code 78, before anything listens.
 */
export function readCommand<Table extends SettingsTable>(
  program: Program<Table>,
  args: readonly string[],
  env: Environment,
): Command<Table> {
  if (args.includes('--help')) {
    return exit(0, `${help(program)}\n`, '');
  }
  if (args.includes('--version')) {
    return exit(0, `${program.name} ${readVersion()}\n`, '');
  }
  const faults = args.map((arg) => `${arg} is unknown: only --help and --version are arguments, see --help`);
  const read = readSettings(program.settings, env);
  faults.push(...read.faults);
  if (faults.length === 0) {
    faults.push(...(program.check?.(read.values) ?? []));
  }
  if (faults.length === 0) {
    return { kind: 'run', settings: read.values };
  }
  const lines = faults.map((fault) => `  - ${fault}\n`).join('');
  return exit(exitBadConfiguration, '', `${program.name} cannot start:\n${lines}`);
}

function help(program: Pick<Program<SettingsTable>, 'name' | 'purpose' | 'settings'>): string {
  return [
    `${program.name} ${readVersion()}: ${program.purpose}`,
    '',
    'Arguments: --help, --version. Settings, from the environment (name, default, meaning):',
    describeSettings(program.settings),
  ].join('\n');
}

function exit(exitCode: number, stdout: string, stderr: string): Command<never> {
  return { kind: 'exit', exitCode, stdout, stderr };
}
