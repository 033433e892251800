import { status as grpcStatus } from '@grpc/grpc-js';
import { isJsonObject } from '../../common/json.js';
import { logLevels } from '../../common/logger.js';
import { type OptionsOf, option } from '../../common/options.js';
import { anyText, oneOf, optional, port, type Reader, wholeNumber } from '../../common/settings.js';
import type { Status } from '../../contract/status-error.js';
import { parseJson } from '../memory-engine/parse-spec.js';
import { delayDistribution } from './delay-distribution.js';

const statuses = Object.keys(grpcStatus).filter(
  (name): name is Status => name !== 'OK' && Number.isNaN(Number(name)),
);

/** The dev-driver's options. */
export const devDriverFlags = {
  host: option('--host', 'ADDRESS', 'address to listen on', anyText('an address'), '127.0.0.1'),
  port: option('--port', 'PORT', 'port to listen on, 0 for any', port(), '9000'),
  delay: option('--delay-ms', 'DELAY', 'how long a drive takes', delayDistribution(), '0'),
  status: option('--status', 'STATUS', 'status of the calls that fail', oneOf(statuses), 'UNAVAILABLE'),
  probability: option(
    '--probability',
    'FRACTION',
    'how many of the calls fail before they are driven',
    fraction(),
    '0',
  ),
  failFirst: option('--fail-first', 'N', 'how many of the first calls fail', wholeNumber(0, 1e9), '0'),
  retryInfoMs: option(
    '--retry-info-ms',
    'MS',
    'RetryInfo of the calls that fail, milliseconds',
    optional(wholeNumber(0, 3_600_000)),
    '',
  ),
  loseAnswers: option(
    '--lose-answers',
    'FRACTION',
    'how many of the good answers are kept, but lost on their way',
    fraction(),
    '0',
  ),
  seed: option('--seed', 'N', 'seed of all that is random', wholeNumber(0, 2 ** 32 - 1), '1'),
  idsFile: option(
    '--ids-file',
    'FILE',
    'file that remembers what was driven, one JSON line per drive, so that a killed dev-driver does too',
    optional(anyText('a path')),
    '',
  ),
  extraOutputs: option(
    '--extra-outputs',
    'JSON',
    'outputs that every answer carries beyond the known ones',
    textMap(),
    '{}',
  ),
  graceMs: option(
    '--grace-ms',
    'MS',
    'how long running drives may go on after SIGTERM, milliseconds',
    wholeNumber(0, 3_600_000),
    '10000',
  ),
  logLevel: option('--log-level', 'LEVEL', 'least level of the log', oneOf(logLevels), 'info'),
};

export type DevDriverFlags = OptionsOf<typeof devDriverFlags>;

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
