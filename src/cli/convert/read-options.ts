import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type ConvertOptions, defaultConvertOptions } from '../../convert/convert-options.js';

export interface ConvertCommand {
  /** None: stdin. */
  readonly files: readonly string[];
  /** Folder for what is converted; without it stdout. */
  readonly output: string | undefined;
  /** Writes nothing, only tells. */
  readonly isCheck: boolean;
  readonly isJson: boolean;
  readonly options: ConvertOptions;
}

export const convertHelp = `Turns the driver pods of compiled KFP workflows into templates of driver-plugin.

Usage: driver-plugin convert [options] [FILE...]

  --output DIR             write each FILE there, converted or not (else all go to stdout)
  --by-value               let all arguments travel with each task: for driver servers without Kubernetes rights
                           (else what is constant stands in workflow parameters that the server reads)
  --exit-hooks pod|plugin  what becomes of drivers in exit hooks (pod)
  --driver-command WORDS   the command that KFP's drivers run (${defaultConvertOptions.driverCommand.join(' ')})
  --harmless-env NAMES     variables of driver pods that the server need not know, separated by commas
  --check                  write nothing; exit code 1 if anything would change
  --json                   report as one JSON document
  --help                   print this text

Without FILE, or for "-", stdin is read. A file may have several YAML documents; what is no workflow, or cannot be
converted, stays as it is. The report goes to stderr where the workflows go to stdout, else to stdout.
Exit codes: 0, 1 a file cannot be read or written (with --check also: something would change), 2 bad usage.
`;

/** Undefined when help is asked for. Throws an Error that lists every fault. */
export function readConvertOptions(args: readonly string[]): ConvertCommand | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: 'string' },
      'by-value': { type: 'boolean', default: false },
      'exit-hooks': { type: 'string', default: defaultConvertOptions.exitHooks },
      'driver-command': { type: 'string', default: defaultConvertOptions.driverCommand.join(' ') },
      'harmless-env': { type: 'string', default: '' },
      check: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const driverCommand = values['driver-command'].split(' ').filter((word) => word !== '');
  const exitHooks = values['exit-hooks'];
  const names = positionals.map((file) => basename(file));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  const checks: readonly (readonly [boolean, string])[] = [
    [exitHooks !== 'pod' && exitHooks !== 'plugin', '--exit-hooks takes pod or plugin'],
    [driverCommand.length === 0, '--driver-command takes a command, like "driver"'],
    [values.check && values.output !== undefined, '--check writes nothing: leave --output out'],
    [
      values.output !== undefined && (positionals.length === 0 || positionals.includes('-')),
      '--output is for FILEs, not for stdin',
    ],
    [
      values.output !== undefined && twice !== undefined,
      `two FILEs have the name ${twice}: --output would write one over the other`,
    ],
  ];
  const faults = checks.filter(([isFault]) => isFault).map(([, sentence]) => sentence);
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  return {
    files: positionals.length === 0 ? ['-'] : positionals,
    output: values.output,
    isCheck: values.check,
    isJson: values.json,
    options: {
      ...defaultConvertOptions,
      driverCommand,
      passBy: values['by-value'] ? 'value' : 'reference',
      exitHooks: exitHooks === 'plugin' ? 'plugin' : 'pod',
      harmlessEnv: values['harmless-env'].split(',').filter((name) => name !== ''),
    },
  };
}
