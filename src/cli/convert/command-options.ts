import { basename } from 'node:path';
import { type OptionsOf, option, switchOption } from '../../common/options.js';
import { anyText, oneOf, optional, type Reader } from '../../common/settings.js';
import { type ConvertOptions, defaultConvertOptions } from '../../convert/convert-options.js';

/** The options of `driver-plugin convert`. */
export const commandOptions = {
  output: option(
    '--output',
    'DIR',
    'write each FILE there, converted or not, else all go to stdout',
    optional(anyText('a folder')),
    '',
  ),
  byValue: switchOption(
    '--by-value',
    'let all arguments travel with each task, for driver servers without Kubernetes rights, ' +
      'else what is constant stands in workflow parameters that the server reads',
  ),
  exitHooks: option(
    '--exit-hooks',
    'KIND',
    'what becomes of drivers in exit hooks',
    oneOf(['pod', 'plugin']),
    defaultConvertOptions.exitHooks,
  ),
  driverCommand: option(
    '--driver-command',
    'WORDS',
    "the command that KFP's drivers run",
    words(),
    defaultConvertOptions.driverCommand.join(' '),
  ),
  harmlessEnv: option(
    '--harmless-env',
    'NAMES',
    'variables of driver pods that the server need not know',
    names(),
    defaultConvertOptions.harmlessEnv.join(','),
  ),
  check: switchOption('--check', 'write nothing; exit code 1 if anything would change'),
  json: switchOption('--json', 'report as one JSON document'),
};

export type CommandOptions = OptionsOf<typeof commandOptions>;

/** Faults that no option has alone. */
export function checkCommandOptions({ check, output }: CommandOptions, files: readonly string[]): string[] {
  if (output === undefined) {
    return [];
  }
  const fileNames = files.map((file) => basename(file));
  const twice = fileNames.find((name, at) => fileNames.indexOf(name) !== at);
  const checks: readonly (readonly [boolean, string])[] = [
    [check, '--check writes nothing: leave --output out'],
    [files.length === 0 || files.includes('-'), '--output is for FILEs, not for stdin'],
    [twice !== undefined, `two FILEs have the name ${twice}: --output would write one over the other`],
  ];
  return checks.filter(([isFault]) => isFault).map(([, sentence]) => sentence);
}

/** How the options want workflows converted. */
export function toConvertOptions(options: CommandOptions): ConvertOptions {
  const { byValue, exitHooks, driverCommand, harmlessEnv } = options;
  const passBy = byValue ? 'value' : 'reference';
  return { ...defaultConvertOptions, driverCommand, passBy, exitHooks, harmlessEnv };
}

function words(): Reader<readonly string[]> {
  return {
    form: 'a command, like "driver"',
    parse: (text) => {
      const value = text.split(' ').filter((word) => word !== '');
      return value.length === 0 ? undefined : { value };
    },
  };
}

function names(): Reader<readonly string[]> {
  return {
    form: 'names, separated by commas',
    parse: (text) => ({ value: text.split(',').filter((name) => name !== '') }),
  };
}
