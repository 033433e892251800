import {
  pendingTaskBytes,
  taskSetLimitBytes,
  taskSetReservedBytes,
  taskSetUsableBytes,
} from '../common/task-set-size.js';
import { ExpiringBytes } from './expiring-bytes.js';

export interface TaskSetOptions {
  /** How often Argo's agent patches its results into the task set. */
  readonly intervalMs: number;
  /** Bytes of final answers within one interval. */
  readonly maxPatchBytes: number;
  readonly nowMs: () => number;
  /** Told when the object comes near its limit, and again after it was far from it. */
  readonly onNearlyFull: (facts: { readonly usedBytes: number; readonly limitBytes: number }) => void;
}

/** Whether an answer may go to the agent, or for how long it must wait for what. */
export type Admission =
  | { readonly kind: 'admitted' }
  | {
      readonly kind: 'wait';
      readonly waitMs: number;
      readonly waitsFor: WaitsFor;
    };

export type WaitsFor = 'the rest of the tasks' | 'the next patch' | 'room in the task set';

/**
 * Patch intervals from an answer to the moment when the controller has surely taken it up: one until the patch, one
 * for the controller's next cycle, and as long again for one that is busy (36 and 55 s were measured at intervals of 10 s, on a
 * machine with more to do than it could).
 */
export const takeUpIntervals = 6;

/** How long a place in the queue outlives the moment for which its owner was asked to come back. */
const patienceMs = 15_000;
/** How long a task counts that nobody asks for any more: it was ended, or its agent is away. */
const forgetPendingMs = 60_000;
const shortestWaitMs = 250;
/** A wave of new tasks is over when none has come for so long, or half of an interval, if that is shorter. */
const longestQuietMs = 2_000;
/** And at the latest after so many intervals: a pipeline may have new tasks all the time. */
const waveIntervals = 3;
/** Parts of the usable bytes at which the log is told, and at which it may be told again. */
const nearlyFull = 0.8;
const farFromFull = 0.6;

/**
 * Models the one object that holds a workflow's pending plugin templates and their results, and lets answers go only
 * into what is left of it: what etcd refuses turns every node of a patch into Error. A template counts from its first
 * POST until `takeUpIntervals` after its answer, when the controller has taken that up, and so does its answer. Who
 * finds no room waits in a queue whose head has its place reserved, so that no large answer is passed for ever by
 * small ones. While new tasks come one after the other, because the agent works through a loop, only so much goes
 * as is kept free anyway: the templates of the rest are in the object, and nobody has seen them. Takes the same time for each POST, however many tasks there are.
 */
export class TaskSet {
  readonly #options: TaskSetOptions;
  readonly #pending: ExpiringBytes;
  /** Templates with answers that are on their way through the object. */
  readonly #given: ExpiringBytes;
  /** Answers of the last interval. */
  readonly #patched: ExpiringBytes;
  readonly #queue = new Map<string, { readonly bytes: number; readonly untilMs: number }>();
  #queuedBytes = 0;
  /** New tasks that come one after the other: the object has them all already, and this model has not. */
  #wave = { beganMs: Number.NEGATIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY, givenBytes: 0 };
  #isNearlyFull = false;
  readonly #quietMs: number;

  constructor(options: TaskSetOptions) {
    this.#options = options;
    this.#quietMs = Math.min(longestQuietMs, options.intervalMs / 2);
    const stepMs = Math.max(1, options.intervalMs / 20);
    this.#pending = new ExpiringBytes(stepMs);
    this.#given = new ExpiringBytes(stepMs);
    this.#patched = new ExpiringBytes(stepMs);
  }

  /** Notes that a task is pending, with a template of so many bytes. */
  notePending(task: string, templateBytes: number): void {
    const { intervalMs, nowMs } = this.#options;
    if (!this.#pending.has(task)) {
      this.#noteNewTask(nowMs());
    }
    const untilMs = nowMs() + forgetPendingMs + 4 * intervalMs;
    this.#pending.set(task, pendingTaskBytes(templateBytes), untilMs);
    this.#warnOnce();
  }

  /** Bytes of the object by this model. */
  usedBytes(): number {
    const nowMs = this.#options.nowMs();
    return this.#pending.total(nowMs) + this.#given.total(nowMs);
  }

  /** Asks to give the answer of an attempt at a task; one that is admitted counts as given. */
  admit(task: string, attempt: number, templateBytes: number, answerBytes: number): Admission {
    const { intervalMs, maxPatchBytes, nowMs } = this.#options;
    const now = nowMs();
    const key = `${task}:${attempt}`;
    const isInWave =
      now - this.#wave.lastMs < this.#quietMs && now - this.#wave.beganMs < waveIntervals * intervalMs;
    const isKnown = this.#given.has(key);
    if (isInWave && !isKnown && this.#wave.givenBytes + answerBytes > taskSetReservedBytes) {
      return { kind: 'wait', waitMs: this.#quietMs, waitsFor: 'the rest of the tasks' };
    }
    const needed = answerBytes + this.#reservedBytes(key, now);
    const isAlone = this.#given.entries === 0 && needed === answerBytes;
    const fitsObject = isAlone || needed <= taskSetUsableBytes - this.usedBytes();
    const fitsPatch = needed <= maxPatchBytes - this.#patched.total(now);
    if ((fitsObject && fitsPatch) || isKnown) {
      this.#wave.givenBytes += isKnown ? 0 : answerBytes;
      this.#unqueue(key);
      this.#pending.delete(task);
      this.#given.set(key, pendingTaskBytes(templateBytes) + answerBytes, now + takeUpIntervals * intervalMs);
      this.#patched.set(key, answerBytes, now + intervalMs);
      return { kind: 'admitted' };
    }
    return fitsObject
      ? this.#queueFor('the next patch', key, answerBytes, this.#patched.firstExpiryMs())
      : this.#queueFor('room in the task set', key, answerBytes, this.#given.firstExpiryMs());
  }

  /** What the head of the queue needs, for whoever is not the head. */
  #reservedBytes(key: string, now: number): number {
    for (const [head, { bytes, untilMs }] of this.#queue) {
      if (untilMs >= now) {
        return head === key ? 0 : bytes;
      }
      this.#unqueue(head);
    }
    return 0;
  }

  #queueFor(waitsFor: WaitsFor, key: string, bytes: number, freeAtMs: number | undefined): Admission {
    const { intervalMs, maxPatchBytes, nowMs } = this.#options;
    const now = nowMs();
    const aheadBytes = this.#queuedBytes - (this.#queue.get(key)?.bytes ?? 0);
    // As if all who wait were ahead: who comes too late finds room, who comes too early costs a POST.
    const intervalsAhead = Math.min(2, Math.floor(aheadBytes / maxPatchBytes));
    const freeInMs = (freeAtMs ?? now) - now + intervalsAhead * intervalMs;
    const waitMs = Math.max(Math.min(shortestWaitMs, intervalMs), freeInMs);
    this.#queuedBytes = aheadBytes + bytes;
    // Whoever is in the queue already keeps the place.
    this.#queue.set(key, { bytes, untilMs: now + waitMs + patienceMs });
    return { kind: 'wait', waitMs, waitsFor };
  }

  #noteNewTask(now: number): void {
    if (now - this.#wave.lastMs >= this.#quietMs) {
      this.#wave = { beganMs: now, lastMs: now, givenBytes: 0 };
    }
    this.#wave.lastMs = now;
  }

  #unqueue(key: string): void {
    this.#queuedBytes -= this.#queue.get(key)?.bytes ?? 0;
    this.#queue.delete(key);
  }

  #warnOnce(): void {
    const usedBytes = this.usedBytes();
    if (!this.#isNearlyFull && usedBytes > nearlyFull * taskSetUsableBytes) {
      this.#isNearlyFull = true;
      this.#options.onNearlyFull({ usedBytes, limitBytes: taskSetLimitBytes });
    } else if (usedBytes < farFromFull * taskSetUsableBytes) {
      this.#isNearlyFull = false;
    }
  }
}
