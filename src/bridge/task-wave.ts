import { taskSetReservedBytes } from '../common/task-set-size.js';

/** It is over when no new task has come for so long, or half of an interval, if that is shorter. */
const longestQuietMs = 2_000;
/** And at the latest after so many intervals: a pipeline may have new tasks all the time. */
const waveIntervals = 3;

/**
 * New tasks that come one after the other, because the agent works through a loop: the task set has all their templates,
 * and nobody has seen those of the rest. Until it is over only so much may be given as is kept free anyway.
 */
export class TaskWave {
  readonly #intervalMs: number;
  readonly #quietMs: number;
  #beganMs = Number.NEGATIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;
  #givenBytes = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#quietMs = Math.min(longestQuietMs, intervalMs / 2);
  }

  noteTask(nowMs: number): void {
    if (nowMs - this.#lastMs >= this.#quietMs) {
      this.#beganMs = nowMs;
      this.#givenBytes = 0;
    }
    this.#lastMs = nowMs;
  }

  noteAnswer(bytes: number): void {
    this.#givenBytes += bytes;
  }

  /** Whether an answer of so many bytes may go. */
  leavesRoom(bytes: number, nowMs: number): boolean {
    const isOver =
      nowMs - this.#lastMs >= this.#quietMs || nowMs - this.#beganMs >= waveIntervals * this.#intervalMs;
    return isOver || this.#givenBytes + bytes <= taskSetReservedBytes;
  }

  /** When an answer that may not go should be asked for again: whoever comes often keeps the agent from the new tasks. */
  waitMs(nowMs: number): number {
    return Math.min(Math.max(this.#quietMs, nowMs - this.#beganMs), this.#intervalMs / 2);
  }
}
