import { parseArgs } from 'node:util';
import { status as grpcStatus } from '@grpc/grpc-js';
import { cannotStart } from '../../common/cannot-start.js';
import { exitBadConfiguration } from '../../common/command-line.js';
import { isJsonObject } from '../../common/json.js';
import { logLevels } from '../../common/logger.js';
import {
  anyText,
  describeSettings,
  oneOf,
  optional,
  port,
  type Reader,
  readSettings,
  type SettingsOf,
  wholeNumber,
} from '../../common/settings.js';
import { readVersion } from '../../common/version.js';
import type { Status } from '../../contract/status-error.js';
import { parseJson } from '../memory-engine/parse-spec.js';
import { delayDistribution } from './delay-distribution.js';

const statuses = Object.keys(grpcStatus).filter(
  (name): name is Status => name !== 'OK' && Number.isNaN(Number(name)),
);

const flags = {
  host: {
    env: '--host',
    purpose: 'address to listen on',
    fallback: '127.0.0.1',
    read: anyText('an address'),
  },
  port: { env: '--port', purpose: 'port to listen on, 0 for any', fallback: '9000', read: port() },
  delay: {
    env: '--delay-ms',
    purpose: 'how long a drive takes',
    fallback: '0',
    read: delayDistribution(),
  },
  status: {
    env: '--status',
    purpose: 'status of the calls that fail',
    fallback: 'UNAVAILABLE',
    read: oneOf(statuses),
  },
  probability: {
    env: '--probability',
    purpose: 'how many of the calls fail before they are driven',
    fallback: '0',
    read: fraction(),
  },
  failFirst: {
    env: '--fail-first',
    purpose: 'how many of the first calls fail',
    fallback: '0',
    read: wholeNumber(0, 1e9),
  },
  retryInfoMs: {
    env: '--retry-info-ms',
    purpose: 'RetryInfo of the calls that fail, milliseconds',
    fallback: '',
    read: optional(wholeNumber(0, 3_600_000)),
  },
  loseAnswers: {
    env: '--lose-answers',
    purpose: 'how many of the good answers are kept, but lost on their way',
    fallback: '0',
    read: fraction(),
  },
  seed: {
    env: '--seed',
    purpose: 'seed of all that is random',
    fallback: '1',
    read: wholeNumber(0, 2 ** 32 - 1),
  },
  idsFile: {
    env: '--ids-file',
    purpose:
      'file that remembers what was driven, one JSON line per drive, so that a killed dev-driver does too',
    fallback: '',
    read: optional(anyText('a path')),
  },
  extraOutputs: {
    env: '--extra-outputs',
    purpose: 'outputs that every answer carries beyond the known ones',
    fallback: '{}',
    read: textMap(),
  },
  graceMs: {
    env: '--grace-ms',
    purpose: 'how long running drives may go on after SIGTERM, milliseconds',
    fallback: '10000',
    read: wholeNumber(0, 3_600_000),
  },
  logLevel: {
    env: '--log-level',
    purpose: 'least level of the log',
    fallback: 'info',
    read: oneOf(logLevels),
  },
};

export type DevDriverFlags = SettingsOf<typeof flags>;

/** What the command line asks for: text and an exit code, or to run. */
export type DevDriverCommand =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'run'; readonly flags: DevDriverFlags };

/** Reads the dev-driver's command line. All faults are reported together, with exit code 78. */
export function readDevDriverFlags(args: readonly string[]): DevDriverCommand {
  const { given, faults } = splitFlags(args);
  if (given['--help'] !== undefined) {
    return exit(0, help());
  }
  if (given['--version'] !== undefined) {
    return exit(0, `dev-driver ${readVersion()}\n`);
  }
  const read = readSettings(flags, given);
  faults.push(...read.faults);
  if (faults.length === 0) {
    return { kind: 'run', flags: read.values };
  }
  return { ...exit(exitBadConfiguration, ''), stderr: cannotStart('dev-driver', faults) };
}

function splitFlags(args: readonly string[]) {
  const switches = ['help', 'version'];
  const valued = Object.values(flags).map(({ env }) => env.slice('--'.length));
  const options = Object.fromEntries([
    ...switches.map((name) => [name, { type: 'boolean' }] as const),
    ...valued.map((name) => [name, { type: 'string' }] as const),
  ]);
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given: Record<string, string> = {};
  const faults: string[] = [];
  for (const token of tokens) {
    if (token.kind !== 'option') {
      if (token.kind === 'positional') {
        faults.push(`"${token.value}" is no flag: see --help`);
      }
    } else if (switches.includes(token.name)) {
      given[`--${token.name}`] = 'true';
    } else if (!valued.includes(token.name)) {
      faults.push(`${token.rawName} is unknown: see --help`);
    } else if (token.value === undefined) {
      faults.push(`${token.rawName} needs a value: see --help`);
    } else {
      given[token.rawName] = token.value;
    }
  }
  return { given, faults };
}

function help(): string {
  return [
    `dev-driver ${readVersion()}: a kfp-driver-server for laptops and tests; a fake`,
    '',
    'Flags (name, default, meaning), beside --help and --version:',
    describeSettings(flags),
    '',
  ].join('\n');
}

function exit(exitCode: number, stdout: string) {
  return { kind: 'exit', exitCode, stdout, stderr: '' } as const;
}

function fraction(): Reader<number> {
  return {
    form: 'a fraction from 0 to 1',
    parse: (text) => (/^(0|1|0?\.\d+|1\.0+|0\.\d+)$/.test(text) ? { value: Number(text) } : undefined),
  };
}

function textMap(): Reader<Record<string, string>> {
  const isTextMap = (value: unknown): value is Record<string, string> =>
    isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string');
  return {
    form: 'the text of a JSON object of strings',
    parse: (text) => {
      const value = parseJson(text);
      return isTextMap(value) ? { value } : undefined;
    },
  };
}
