import { parseArgs } from 'node:util';

export interface ChaosOptions {
  readonly seed: number;
  readonly tasks: number;
  readonly json: boolean;
  /** The dev-driver, or kfp-driver-server with a fake of KFP's driver. */
  readonly driver: 'dev' | 'server';
  /** Whether SIGKILL reaches kfp-driver-server too, which has no memory beyond its process. */
  readonly sigkill: boolean;
  /** The random schedule of the seed. */
  readonly runsSeed: boolean;
  /** The cases that need minutes of true time. */
  readonly runsTrueTime: boolean;
}

export const usage =
  'chaos [--seed N] [--tasks 500] [--driver dev|server [--sigkill]] [--true-time] [--json]\n' +
  'Without --seed: seed 1 and the true-time cases (3 minutes); --true-time alone: only those.\n';

/** Reads the command line. Throws an Error with a sentence for what it does not know. */
export function readChaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      tasks: { type: 'string', default: '500' },
      json: { type: 'boolean', default: false },
      driver: { type: 'string', default: 'dev' },
      sigkill: { type: 'boolean', default: false },
      'true-time': { type: 'boolean', default: false },
    },
  });
  const trueTime = values['true-time'];
  const { driver } = values;
  if (driver !== 'dev' && driver !== 'server') {
    throw new Error(`--driver must be dev or server, not ${driver}`);
  }
  return {
    seed: wholeNumber('--seed', values.seed ?? '1'),
    tasks: wholeNumber('--tasks', values.tasks),
    json: values.json,
    driver,
    sigkill: values.sigkill,
    runsSeed: values.seed !== undefined || !trueTime,
    runsTrueTime: trueTime || values.seed === undefined,
  };
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new Error(`${flag} must be a whole number, not "${text}"`);
  }
  return Number(text);
}
