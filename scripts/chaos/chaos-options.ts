import { type OptionsOf, option, switchOption } from '../../src/common/options.js';
import { oneOf, optional, wholeNumber } from '../../src/common/settings.js';

const mostTasks = 999_999_999;

const options = {
  seed: option(
    '--seed',
    'N',
    'the random schedule to run; without it, seed 1 and the true-time cases',
    optional(wholeNumber(0, mostTasks)),
    '',
  ),
  tasks: option('--tasks', 'N', 'how many tasks', wholeNumber(0, mostTasks), '500'),
  driver: option(
    '--driver',
    'PROGRAM',
    "the dev-driver, or kfp-driver-server with a fake of KFP's driver",
    oneOf(['dev', 'server']),
    'dev',
  ),
  sigkill: switchOption(
    '--sigkill',
    'SIGKILL for kfp-driver-server too, which has no memory beyond its process without --mlmd',
  ),
  mlmd: option(
    '--mlmd',
    'STORE',
    "kfp-driver-server keeps what was driven in ML Metadata: a fake of it, or its own store (Python's, see ML_METADATA_PYTHON)",
    optional(oneOf(['fake', 'real'])),
    '',
  ),
  replicas: option(
    '--replicas',
    'N',
    'how many kfp-driver-servers: 2 try for one Lease, and the holder is stopped (SIGSTOP) and cut from Kubernetes too; without it, 2 with --sigkill and --mlmd, else 1',
    optional(oneOf(['1', '2'])),
    '',
  ),
  trueTime: switchOption(
    '--true-time',
    'the cases that need 3 minutes of true time; without --seed only those',
  ),
  json: switchOption('--json', 'print the tally as one JSON document'),
};

/** The chaos run as its command line sees it. */
export const chaosProgram = {
  name: 'chaos',
  purpose: 'plays tasks against random faults and counts duplicates, lost answers and hung nodes',
  example: 'npm run chaos -- --seed 7',
  options,
  checkOptions: ({ replicas, driver, mlmd, sigkill }: OptionsOf<typeof options>) =>
    replicas === '2' && (driver !== 'server' || mlmd === undefined || !sigkill)
      ? [
          '--replicas 2 needs --driver server, --sigkill and --mlmd: without ML Metadata a task would be driven twice',
        ]
      : [],
};

export interface ChaosOptions extends Omit<OptionsOf<typeof options>, 'seed' | 'trueTime' | 'replicas'> {
  readonly seed: number;
  readonly replicas: 1 | 2;
  /** The random schedule of the seed. */
  readonly runsSeed: boolean;
  /** The cases that need minutes of true time. */
  readonly runsTrueTime: boolean;
}

/** What the options ask for. */
export function chooseRuns({ seed, trueTime, replicas, ...rest }: OptionsOf<typeof options>): ChaosOptions {
  const { driver, sigkill, mlmd } = rest;
  const isDurable = driver === 'server' && sigkill && mlmd !== undefined;
  return {
    ...rest,
    replicas: isDurable && replicas !== '1' ? 2 : 1,
    seed: seed ?? 1,
    runsSeed: seed !== undefined || !trueTime,
    runsTrueTime: trueTime || seed === undefined,
  };
}
