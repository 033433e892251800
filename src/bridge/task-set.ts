import {
  pendingMessageBytes,
  pendingTaskBytes,
  taskSetLimitBytes,
  taskSetUsableBytes,
} from '../common/task-set-size.js';
import { ExpiringBytes } from './expiring-bytes.js';
import { GivenAnswers } from './given-answers.js';
import { TaskWave } from './task-wave.js';

export interface TaskSetOptions {
  /** How often Argo's agent patches its results into the task set. */
  readonly intervalMs: number;
  /** From an answer until the controller has taken it up, as long as nothing was seen that tells. */
  readonly takeUpMs: number;
  /** Bytes of final answers within one interval. */
  readonly maxPatchBytes: number;
  readonly nowMs: () => number;
  /** Told when the object comes near its limit, and again after it was far from it. */
  readonly onNearlyFull: (facts: { readonly usedBytes: number; readonly limitBytes: number }) => void;
}

/** An answer that wants to go. */
export interface AskedAnswer {
  readonly templateBytes: number;
  readonly answerBytes: number;
  /** The execution of a DAG that it tells. */
  readonly executionId?: string | undefined;
}

/** Whether an answer may go to the agent, or for how long it must wait for what. */
export type Admission =
  | { readonly kind: 'admitted' }
  | {
      readonly kind: 'wait';
      readonly waitMs: number;
      readonly waitsFor: WaitsFor;
      /** Whether its node should say so. */
      readonly tells: boolean;
    };

export type WaitsFor = 'the rest of the tasks' | 'the next patch' | 'room in the task set';

/** How long a place in the queue outlives the moment for which its owner was asked to come back. */
const patienceMs = 15_000;
/** How long a task counts that nobody asks for any more: it was ended, or its agent is away. */
const forgetPendingMs = 60_000;
const shortestWaitMs = 250;
/**
 * Tasks whose nodes say that they wait for room. As long as any node of a task set says anything, Argo's controller writes the
 * workflow in every cycle, and a thousand messages take the room that they speak of.
 */
const mostTelling = 16;
/** Parts of the usable bytes at which the log is told, and at which it may be told again. */
const nearlyFull = 0.8;
const farFromFull = 0.6;

/**
 * Models the one object that holds a workflow's pending plugin templates and their results, and lets answers go only
 * into what is left of it: what etcd refuses turns every node of a patch into Error. A template counts from its first
 * POST until the controller has taken up its answer, and so does its answer from when it is given (GivenAnswers). Who
 * finds no room waits in a queue whose head has its place reserved, so that no large answer is passed for ever by
 * small ones. While new tasks come one after the other, because the agent works through a loop, only so much goes
 * as is kept free anyway: the templates of the rest are in the object, and nobody has seen them. A POST takes the same
 * time however many tasks there are.
 */
export class TaskSet {
  readonly #options: TaskSetOptions;
  readonly #pending: ExpiringBytes;
  /** Messages of pending tasks. */
  readonly #messages: ExpiringBytes;
  /** Answers that are on their way through the object, with their templates. */
  readonly #given: GivenAnswers;
  /** Answers of the last interval. */
  readonly #patched: ExpiringBytes;
  readonly #queue = new Map<string, { readonly bytes: number; readonly untilMs: number }>();
  #queuedBytes = 0;
  readonly #telling = new Set<string>();
  readonly #wave: TaskWave;
  #isNearlyFull = false;

  constructor(options: TaskSetOptions) {
    this.#options = options;
    this.#wave = new TaskWave(options.intervalMs);
    const stepMs = Math.max(1, options.intervalMs / 20);
    this.#pending = new ExpiringBytes(stepMs);
    this.#messages = new ExpiringBytes(stepMs);
    this.#given = new GivenAnswers(options);
    this.#patched = new ExpiringBytes(stepMs);
  }

  /** Notes that a task is pending, with a template of so many bytes; it stands in the DAG of an execution, if it names one. */
  notePending(task: string, templateBytes: number, dagExecutionId?: string): void {
    const now = this.#options.nowMs();
    if (!this.#pending.has(task)) {
      this.#wave.noteTask(now);
      this.#given.noteTask(dagExecutionId, now);
    }
    const untilMs = this.#forgottenAtMs();
    this.#pending.set(task, pendingTaskBytes(templateBytes), untilMs);
    // Argo keeps the last one until the node has ended, also where the replies after it are silent.
    this.#messages.keepUntil(task, untilMs);
    this.#warnOnce();
  }

  /** Notes what the node of a pending task says from now on. */
  noteMessage(task: string, message: string): void {
    this.#messages.set(task, pendingMessageBytes(message), this.#forgottenAtMs());
  }

  /** Bytes of the object by this model. */
  usedBytes(): number {
    const nowMs = this.#options.nowMs();
    return this.#pending.total(nowMs) + this.#messages.total(nowMs) + this.#given.total(nowMs);
  }

  /** Asks to give the answer of an attempt at a task; one that is admitted counts as given. */
  admit(task: string, attempt: number, { templateBytes, answerBytes, executionId }: AskedAnswer): Admission {
    const { intervalMs, maxPatchBytes, nowMs } = this.#options;
    const now = nowMs();
    const key = `${task}:${attempt}`;
    const isKnown = this.#given.has(key);
    if (!isKnown && !this.#wave.leavesRoom(answerBytes, now)) {
      const waitMs = this.#wave.waitMs(now);
      return { kind: 'wait', waitMs, waitsFor: 'the rest of the tasks', tells: false };
    }
    const needed = answerBytes + this.#reservedBytes(key, now);
    const freeBytes = taskSetUsableBytes - this.usedBytes();
    const isAlone = this.#given.entries === 0 && needed === answerBytes;
    const fitsObject = isAlone || needed <= freeBytes;
    const patchedBytes = this.#patched.total(now);
    const isFirst = patchedBytes === 0 && needed === answerBytes;
    const fitsPatch = isFirst || needed <= maxPatchBytes - patchedBytes;
    if ((fitsObject && fitsPatch) || isKnown) {
      this.#wave.noteAnswer(isKnown ? 0 : answerBytes);
      this.#unqueue(key);
      this.#pending.delete(task);
      this.#messages.delete(task);
      this.#given.give(key, pendingTaskBytes(templateBytes) + answerBytes, now, executionId);
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
    // There may be room earlier: a task that follows shows what has been taken up.
    const freeInMs = Math.min((freeAtMs ?? now) - now, intervalMs) + intervalsAhead * intervalMs;
    const waitMs = Math.max(Math.min(shortestWaitMs, intervalMs), freeInMs);
    this.#queuedBytes = aheadBytes + bytes;
    // Whoever is in the queue already keeps the place.
    this.#queue.set(key, { bytes, untilMs: now + waitMs + patienceMs });
    if (waitsFor === 'room in the task set' && this.#telling.size < mostTelling) {
      this.#telling.add(key);
    }
    return { kind: 'wait', waitMs, waitsFor, tells: this.#telling.has(key) };
  }

  #unqueue(key: string): void {
    this.#queuedBytes -= this.#queue.get(key)?.bytes ?? 0;
    this.#queue.delete(key);
    this.#telling.delete(key);
  }

  #forgottenAtMs(): number {
    const { intervalMs, nowMs } = this.#options;
    return nowMs() + forgetPendingMs + 4 * intervalMs;
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
