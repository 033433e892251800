import type { StatusError } from '../../contract/status-error.js';
import { serverEnding, toStatusError } from '../drive-failure.js';

export interface QueueLimits {
  /** Programs at once. */
  readonly programs: number;
  /** Waiting calls. */
  readonly calls: number;
  /** Bytes of the waiting calls' arguments. */
  readonly bytes: number;
}

/** What the queue must know of a call. */
export interface QueuedCall {
  readonly workflowUid: string;
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly joined: () => boolean;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
  readonly leave: (error: StatusError) => void;
}

const leastDelayMs = 1_000;
const mostDelayMs = 60_000;
const longestTimerMs = 2 ** 31 - 1;
/** A run of KFP's driver on a busy machine, until runs have been measured. */
const firstRunMs = 250;

/** Lets a bounded number of programs run, and a bounded number wait, one workflow after the other. */
export class ProgramQueue {
  readonly #limits: QueueLimits;
  /** Waiting calls by workflow; the workflow at the front is the next one served. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #running = 0;
  #waitingCalls = 0;
  #waitingBytes = 0;
  #meanRunMs = firstRunMs;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waitingCalls;
  }

  /**
   * Runs `job` when its turn comes and resolves with its value. Rejects with RESOURCE_EXHAUSTED and a RetryInfo if too
   * much is waiting or if the caller's deadline passes first, with UNAVAILABLE if the signal aborts first; then the
   * job was not begun.
   */
  async run<Value>(call: QueuedCall, job: () => Promise<Value>): Promise<{ value: Value; queueMs: number }> {
    const arrivedMs = performance.now();
    if (call.signal.aborted) {
      throw serverEnding();
    }
    if (this.#running < this.#limits.programs) {
      this.#running += 1;
    } else {
      await this.#waitForTurn(call);
    }
    const startedMs = performance.now();
    try {
      return { value: await job(), queueMs: Math.round(startedMs - arrivedMs) };
    } finally {
      this.#meanRunMs += (performance.now() - startedMs - this.#meanRunMs) / 10;
      this.#running -= 1;
      this.#startNext();
    }
  }

  #waitForTurn(call: QueuedCall): Promise<void> {
    const { calls, bytes } = this.#limits;
    if (this.#waitingCalls >= calls || this.#waitingBytes + call.bytes > bytes) {
      throw this.#full();
    }
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(timer);
        call.signal.removeEventListener('abort', onAbort);
        this.#remove(call.workflowUid, waiting);
        then();
      };
      const waiting: Waiting = {
        bytes: call.bytes,
        start: () => settle(resolve),
        leave: (error) => settle(() => reject(error)),
      };
      const onAbort = () => waiting.leave(serverEnding());
      call.signal.addEventListener('abort', onAbort, { once: true });
      const timer = atDeadline(call.deadlineMs, () => {
        if (!call.joined()) {
          waiting.leave(this.#deadlinePassed());
        }
      });
      this.#add(call.workflowUid, waiting);
    });
  }

  #startNext(): void {
    const next = this.#waiting.entries().next();
    if (next.done === true || this.#running >= this.#limits.programs) {
      return;
    }
    const [workflowUid, line] = next.value;
    // To the end of the round: every workflow starts one before any starts a second.
    this.#waiting.delete(workflowUid);
    this.#waiting.set(workflowUid, line);
    const [first] = line;
    this.#running += 1;
    first?.start();
  }

  #add(workflowUid: string, waiting: Waiting): void {
    const line = this.#waiting.get(workflowUid) ?? new Set();
    this.#waiting.set(workflowUid, line.add(waiting));
    this.#waitingCalls += 1;
    this.#waitingBytes += waiting.bytes;
  }

  #remove(workflowUid: string, waiting: Waiting): void {
    const line = this.#waiting.get(workflowUid);
    if (line?.delete(waiting) !== true) {
      return;
    }
    if (line.size === 0) {
      this.#waiting.delete(workflowUid);
    }
    this.#waitingCalls -= 1;
    this.#waitingBytes -= waiting.bytes;
  }

  /** Until the calls that wait now have been served, at the pace of late. */
  #retryDelayMs(): number {
    const delayMs = (this.#waitingCalls * this.#meanRunMs) / this.#limits.programs;
    return Math.round(Math.min(mostDelayMs, leastDelayMs + delayMs));
  }

  #full(): StatusError {
    return toStatusError({
      status: 'RESOURCE_EXHAUSTED',
      reason: 'QUEUE_FULL',
      message: `the driver server is busy: ${this.#running} drivers run and ${this.#waitingCalls} calls wait`,
      retry: 'safe',
      retryDelayMs: this.#retryDelayMs(),
    });
  }

  #deadlinePassed(): StatusError {
    return toStatusError({
      status: 'RESOURCE_EXHAUSTED',
      reason: 'LEFT_QUEUE',
      message: "the caller's deadline passed before its driver's turn came; nothing was driven",
      retry: 'safe',
      retryDelayMs: this.#retryDelayMs(),
    });
  }
}

function atDeadline(deadlineMs: number, then: () => void): NodeJS.Timeout | undefined {
  const leftMs = deadlineMs - Date.now();
  return leftMs > longestTimerMs ? undefined : setTimeout(then, Math.max(0, leftMs));
}
