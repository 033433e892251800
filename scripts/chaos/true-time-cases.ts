import { setTimeout as sleep } from 'node:timers/promises';
import type { DriverTemper } from './driver-under-test.js';
import type { Stage } from './stage.js';

/** One case that needs the times of life. */
export interface TrueTimeCase {
  readonly name: string;
  readonly tasks: number;
  readonly temper: DriverTemper;
  readonly settings: Readonly<Record<string, string>>;
  /** What happens while the tasks run. */
  readonly meanwhile?: (stage: Stage) => Promise<void>;
  /** How many calls the driver must have seen; absent where it does not matter. */
  readonly calls?: number;
  /** From the first task on: the last one reached the driver, and was answered. */
  readonly reachedWithinMs?: number;
  readonly answeredWithinMs?: number;
}

const calm: DriverTemper = {
  delay: '0',
  status: 'UNAVAILABLE',
  probability: 0,
  retryInfoMs: undefined,
  loseAnswers: 0,
};
const taking = (seconds: number): DriverTemper => ({ ...calm, delay: `${seconds * 1_000}` });

/** Kills the driver in the middle of the calls, and lets it come back after a minute. */
const awayForAMinute =
  (place: 0 | 1, temper: DriverTemper) =>
  async ({ driver }: Stage): Promise<void> => {
    await sleep(3_000);
    await driver.kill();
    await sleep(60_000);
    await driver.start(place, temper);
  };

/** The longest takes about three minutes; all run side by side. */
export const trueTimeCases: readonly TrueTimeCase[] = [
  { name: 'a driver of 5 s', tasks: 1, temper: taking(5), settings: {}, calls: 1 },
  { name: 'a driver of 45 s', tasks: 1, temper: taking(45), settings: {}, calls: 1 },
  {
    name: 'a driver of 170 s, TIMEOUT_SECONDS=300',
    tasks: 1,
    temper: taking(170),
    settings: { TIMEOUT_SECONDS: '300' },
    calls: 1,
  },
  { name: 'a driver of 170 s, TIMEOUT_SECONDS=120', tasks: 1, temper: taking(170), settings: {}, calls: 2 },
  {
    name: 'a driver server that is away for 60 s, then on the same port',
    tasks: 20,
    temper: taking(8),
    settings: {},
    meanwhile: awayForAMinute(0, taking(8)),
  },
  {
    name: 'a driver server that is away for 60 s, then on another address of the list',
    tasks: 20,
    temper: taking(8),
    settings: {},
    meanwhile: awayForAMinute(1, taking(8)),
  },
  {
    name: 'a driver server that answers UNAVAILABLE 30 times',
    tasks: 1,
    temper: { ...calm, failFirst: 30 },
    settings: {},
    calls: 31,
  },
  {
    name: '200 different tasks of 5 s',
    tasks: 200,
    temper: taking(5),
    settings: {},
    calls: 200,
    reachedWithinMs: 2_000,
    answeredWithinMs: 12_000,
  },
];
