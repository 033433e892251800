import { type Answered, type CallRecord, type CallState, type NextStep, nextStepOf } from './call-record.js';
import type { Progress } from './progress.js';

/** What starts an attempt: how far it is, and its answer, which never rejects; undefined if it ended without one. */
export interface Work<Answer> {
  readonly progress: Progress;
  readonly answer: Promise<Answer | undefined>;
}

/** Begins an attempt; `again` is true for one that was made before and keeps its number. */
export type StartAttempt<Answer> = (attempt: number, again: boolean) => Work<Answer>;

export interface LedgerOptions {
  readonly nowMs: () => number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** For so long a failure that was delivered is answered again. */
  readonly replayFailureMs: number;
  /** Told when answers had to go. */
  readonly onEvicted: (evicted: Evicted) => void;
}

export interface Evicted {
  readonly answers: number;
  /** How many of them a repeat may still ask for. */
  readonly early: number;
  readonly keptBytes: number;
}

export interface LedgerSize {
  readonly entries: number;
  readonly bytes: number;
  /** Attempts that have not ended. */
  readonly started: number;
}

/** What an entry costs beside its answer: keys, promise, map slots (measured: 0.4 KB), and the Buffer (0.3 KB). */
const entryBytes = 768;

/**
 * Remembers each task that was asked for, so that none is driven twice. Argo's agent sends the very same body up to
 * five times, restarts and sends it again: a body that is known joins its call in flight or gets its answer. A
 * success is final. Only a failure that was delivered lets a repeat start another attempt, because that is what
 * Argo's retryStrategy looks like.
 */
export class CallLedger<Answer extends Answered> {
  readonly #records = new Map<string, CallRecord<Answer>>();
  readonly #options: LedgerOptions;
  #bytes = 0;
  #started = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** The record for a task: the one there is, or another attempt that `start` begins. */
  ask(key: string, start: StartAttempt<Answer>): CallRecord<Answer> {
    const known = this.#records.get(key);
    if (known === undefined) {
      return this.#begin(key, 1, start(1, false));
    }
    const next = this.#nextStepOf(known);
    if (next.kind === 'join') {
      return known;
    }
    this.#forget(known);
    return this.#begin(key, next.attempt, start(next.attempt, next.again));
  }

  /** The record that a task would join; undefined where an attempt would have to begin. */
  find(key: string): CallRecord<Answer> | undefined {
    const known = this.#records.get(key);
    const isJoined = known !== undefined && this.#nextStepOf(known).kind === 'join';
    return isJoined ? known : undefined;
  }

  /** Notes that the record's answer has reached Argo's agent. */
  markDelivered(record: CallRecord<Answer>): void {
    if (record.state.kind === 'answered') {
      const { answer, answeredMs } = record.state;
      record.state = { kind: 'delivered', answer, answeredMs, deliveredMs: this.#options.nowMs() };
      this.#evict();
    }
  }

  get size(): LedgerSize {
    return { entries: this.#records.size, bytes: this.#bytes, started: this.#started };
  }

  #nextStepOf(known: CallRecord<Answer>): NextStep {
    return nextStepOf(known, this.#options.nowMs(), this.#options.replayFailureMs);
  }

  #begin(key: string, attempt: number, { progress, answer }: Work<Answer>): CallRecord<Answer> {
    const record: CallRecord<Answer> = { key, attempt, progress, state: { kind: 'started' } };
    void answer.then((given) => this.#finish(record, given));
    this.#records.set(key, record);
    this.#bytes += entryBytes;
    this.#started += 1;
    this.#evict();
    return record;
  }

  #finish(record: CallRecord<Answer>, answer: Answer | undefined): void {
    this.#started -= 1;
    if (answer === undefined) {
      this.#forget(record);
    } else {
      record.state = { kind: 'answered', answer, answeredMs: this.#options.nowMs() };
      this.#bytes += answer.bytes;
      // Last in the order of answers, which is the order of eviction.
      this.#records.delete(record.key);
      this.#records.set(record.key, record);
      this.#evict();
    }
    record.progress.end();
  }

  #forget(record: CallRecord<Answer>): void {
    this.#records.delete(record.key);
    this.#bytes -= entryBytes + (record.state.kind === 'started' ? 0 : record.state.answer.bytes);
  }

  /**
   * Makes room, and more than is needed at once, so that not every answer has to: the oldest delivered successes go
   * first, then delivered failures. A started call never goes, and an answer that nobody has collected only when nobody
   * will: the driver server may have forgotten it by then.
   */
  #evict(): void {
    if (!this.#isAbove(1)) {
      return;
    }
    const before = this.#records.size;
    const nowMs = this.#options.nowMs();
    let early = 0;
    for (const isNext of evictionOrder) {
      for (const record of this.#records.values()) {
        if (!this.#isAbove(keptPart)) {
          break;
        }
        if (isNext(record.state, nowMs)) {
          early += isAskedForAgain(record.state, nowMs) ? 1 : 0;
          this.#forget(record);
        }
      }
    }
    const answers = before - this.#records.size;
    if (answers > 0) {
      this.#options.onEvicted({ answers, early, keptBytes: this.#bytes });
    }
  }

  #isAbove(part: number): boolean {
    const { maxEntries, maxBytes } = this.#options;
    return this.#records.size > Math.ceil(part * maxEntries) || this.#bytes > Math.ceil(part * maxBytes);
  }
}

/** What stays of a full ledger. */
const keptPart = 7 / 8;

/**
 * An agent that starts anew asks again for what the controller has not taken up by then: that is a matter of a minute,
 * and of some where the cluster is slow.
 */
const askedForAgainMs = 5 * 60_000;

function isAskedForAgain(state: CallState<Answered>, nowMs: number): boolean {
  return state.kind !== 'delivered' || nowMs - state.deliveredMs < askedForAgainMs;
}

/** For so long the driver server keeps a success: until then a repeat can still come, and must not be lost. */
const uncollectedMs = 10 * 60_000;

type IsNext = (state: CallState<Answered>, nowMs: number) => boolean;

const evictionOrder: readonly IsNext[] = [
  (state) => state.kind === 'delivered' && state.answer.nextAttempt === 'none',
  (state) => state.kind === 'delivered',
  (state, nowMs) => state.kind === 'answered' && nowMs - state.answeredMs > uncollectedMs,
];
