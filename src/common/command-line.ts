import { cannotStart } from './cannot-start.js';
import { exitCodes } from './exit-codes.js';
import { describeOptions, type OptionsOf, type OptionsTable, readOptions, splitWords } from './options.js';
import {
  describeSettings,
  type Environment,
  readSettings,
  type SettingsOf,
  type SettingsTable,
} from './settings.js';
import { readVersion } from './version.js';

type Nothing = Readonly<Record<never, never>>;

/** A program, or one command of it, as its command line sees it. */
export interface Program<Settings extends SettingsTable = Nothing, Options extends OptionsTable = Nothing> {
  /** As it is typed: "driver-plugin play". */
  readonly name: string;
  readonly purpose: string;
  /** One line to copy. */
  readonly example: string;
  /** What may follow the options, as the help names it: "FILE..."; absent where nothing may. */
  readonly operands?: string;
  /** What the help says beside all this, one line each. */
  readonly notes?: readonly string[];
  readonly options?: Options;
  /** What the environment sets. */
  readonly settings?: Settings;
  /** Faults that no setting has alone, one sentence each. */
  readonly check?: (values: SettingsOf<Settings>) => readonly string[];
  /** The same for options and operands. */
  readonly checkOptions?: (values: OptionsOf<Options>, operands: readonly string[]) => readonly string[];
}

/** Text and an exit code, and nothing to run. */
export interface Exit {
  readonly kind: 'exit';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command line asks for. */
export type Command<Settings extends SettingsTable = Nothing, Options extends OptionsTable = Nothing> =
  | Exit
  | {
      readonly kind: 'run';
      readonly settings: SettingsOf<Settings>;
      readonly options: OptionsOf<Options>;
      readonly operands: readonly string[];
    };

/**
 * Reads a program's arguments and its settings from the environment. All faults are reported together before
 * anything runs: exit code 2 where an argument is among them, else 78.
 */
export function readCommand<Settings extends SettingsTable = Nothing, Options extends OptionsTable = Nothing>(
  program: Program<Settings, Options>,
  args: readonly string[],
  env: Environment,
): Command<Settings, Options> {
  const optionsTable = program.options ?? ({} as Options);
  const words = splitWords(optionsTable, args, program.operands !== undefined);
  if (words.given['--help'] !== undefined) {
    return exit(exitCodes.ok, help(program), '');
  }
  if (words.given['--version'] !== undefined) {
    return exit(exitCodes.ok, `${program.name} ${readVersion()}\n`, '');
  }
  const options = readOptions(optionsTable, words.given);
  const usage = [...words.faults, ...options.faults];
  if (usage.length === 0) {
    usage.push(...(program.checkOptions?.(options.values, words.operands) ?? []));
  }
  const settings = readSettings(program.settings ?? ({} as Settings), env);
  const faults = [...usage, ...settings.faults];
  if (faults.length === 0) {
    faults.push(...(program.check?.(settings.values) ?? []));
  }
  if (faults.length > 0) {
    const exitCode = usage.length > 0 ? exitCodes.badUsage : exitCodes.badConfiguration;
    return exit(exitCode, '', cannotStart(program.name, faults));
  }
  return { kind: 'run', settings: settings.values, options: options.values, operands: words.operands };
}

/** Prints what there is to print; returns the exit code. */
export function printExit({ exitCode, stdout, stderr }: Exit): number {
  process.stderr.write(stderr);
  process.stdout.write(stdout);
  return exitCode;
}

/** What the help tells of a program. */
interface ProgramText {
  readonly name: string;
  readonly purpose: string;
  readonly example: string;
  readonly operands?: string;
  readonly notes?: readonly string[];
  readonly options?: OptionsTable;
  readonly settings?: SettingsTable;
}

function help({ name, purpose, example, operands, notes = [], options = {}, settings = {} }: ProgramText) {
  const hasSettings = Object.keys(settings).length > 0;
  return [
    `${name} ${readVersion()}: ${purpose}`,
    '',
    `Usage: ${name} [OPTIONS]${operands === undefined ? '' : ` ${operands}`}`,
    '',
    'Options (name, default, meaning):',
    describeOptions(options),
    ...(hasSettings
      ? ['', 'Settings, from the environment (name, default, meaning):', describeSettings(settings)]
      : []),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    'Example:',
    `  ${example}`,
    '',
  ].join('\n');
}

function exit(exitCode: number, stdout: string, stderr: string): Exit {
  return { kind: 'exit', exitCode, stdout, stderr };
}
