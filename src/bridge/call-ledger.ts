/** A final answer as the ledger keeps it. */
export interface Answered {
  readonly succeeded: boolean;
  /**
   * True where another attempt could drive the task twice: the driver succeeded and its answer cannot be shown, or
   * it may still be at work. A repeat then asks under the same request_id again.
   */
  readonly keepsAttempt: boolean;
  /** What it takes to keep it. */
  readonly bytes: number;
}

/** One attempt at one task: started -> answered -> delivered. */
export interface CallRecord<Answer extends Answered, Progress> {
  readonly key: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly progress: Progress;
  /** Resolves once `answer` is there. */
  readonly done: Promise<void>;
  answer: Answer | undefined;
  answeredMs: number;
  /** True once a reply with the answer was flushed to a socket that was still open. */
  delivered: boolean;
}

/** What starts an attempt: how far it is, and its answer, which never rejects. */
export interface Work<Answer, Progress> {
  readonly progress: Progress;
  readonly answer: Promise<Answer>;
}

/** Begins an attempt; `again` is true for one that was made before and keeps its number. */
export type StartAttempt<Answer, Progress> = (attempt: number, again: boolean) => Work<Answer, Progress>;

export interface LedgerOptions {
  readonly nowMs: () => number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Told when an answer had to go although a repeat may still ask for it. */
  readonly onEvicted: (facts: { readonly forgotten: number; readonly keptBytes: number }) => void;
}

/** What an entry costs beside its answer: keys, promise, map slots (measured: 0.4 KB). */
const entryBytes = 512;

/**
 * Remembers each task that was asked for, so that none is driven twice. Argo's agent sends the very same body up to
 * five times, restarts and sends it again, and names no node: a body that is known joins its call in flight or gets
 * its answer. A success is final. Only a failure that was delivered lets a repeat start a new attempt, because that
 * is what Argo's retryStrategy looks like.
 */
export class CallLedger<Answer extends Answered, Progress> {
  readonly #records = new Map<string, CallRecord<Answer, Progress>>();
  readonly #options: LedgerOptions;
  #bytes = 0;
  #started = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** The record for a task: the one there is, or a new attempt that `start` begins. */
  ask(key: string, start: StartAttempt<Answer, Progress>): CallRecord<Answer, Progress> {
    const known = this.#records.get(key);
    if (known === undefined) {
      return this.#begin(key, 1, start(1, false));
    }
    if (known.answer === undefined || known.answer.succeeded || !known.delivered) {
      return known;
    }
    this.#forget(known);
    const { keepsAttempt } = known.answer;
    const attempt = keepsAttempt ? known.attempt : known.attempt + 1;
    return this.#begin(key, attempt, start(attempt, keepsAttempt));
  }

  /** Notes that the record's answer has reached Argo's agent. */
  markDelivered(record: CallRecord<Answer, Progress>): void {
    record.delivered = true;
    this.#evict();
  }

  get size(): { readonly entries: number; readonly bytes: number; readonly started: number } {
    return { entries: this.#records.size, bytes: this.#bytes, started: this.#started };
  }

  #begin(key: string, attempt: number, work: Work<Answer, Progress>): CallRecord<Answer, Progress> {
    const done = work.answer.then((answer) => this.#finish(record, answer));
    const record: CallRecord<Answer, Progress> = {
      key,
      attempt,
      progress: work.progress,
      done,
      answer: undefined,
      answeredMs: Number.NaN,
      delivered: false,
    };
    this.#records.set(key, record);
    this.#bytes += entryBytes;
    this.#started += 1;
    this.#evict();
    return record;
  }

  #finish(record: CallRecord<Answer, Progress>, answer: Answer): void {
    record.answer = answer;
    record.answeredMs = this.#options.nowMs();
    this.#started -= 1;
    this.#bytes += answer.bytes;
    // Last in the order of answers, which is the order of eviction.
    this.#records.delete(record.key);
    this.#records.set(record.key, record);
    this.#evict();
  }

  #forget(record: CallRecord<Answer, Progress>): void {
    this.#records.delete(record.key);
    this.#bytes -= entryBytes + (record.answer?.bytes ?? 0);
  }

  /**
   * Makes room: the oldest delivered successes go first, then delivered failures. A started call never goes, and an
   * answer that nobody has collected only when nobody will: the driver server may have forgotten it by then.
   */
  #evict(): void {
    const before = this.#records.size;
    const nowMs = this.#options.nowMs();
    for (const isNext of evictionOrder) {
      if (!this.#isFull()) {
        break;
      }
      for (const record of this.#records.values()) {
        if (!this.#isFull()) {
          break;
        }
        if (isNext(record, nowMs)) {
          this.#forget(record);
        }
      }
    }
    const entries = before - this.#records.size;
    if (entries > 0) {
      this.#options.onEvicted({ forgotten: entries, keptBytes: this.#bytes });
    }
  }

  #isFull(): boolean {
    return this.#records.size > this.#options.maxEntries || this.#bytes > this.#options.maxBytes;
  }
}

/** For so long the driver server keeps a success: until then a repeat can still come, and must not be lost. */
const uncollectedMs = 10 * 60_000;

type IsNext = (record: CallRecord<Answered, unknown>, nowMs: number) => boolean;

const evictionOrder: readonly IsNext[] = [
  ({ answer, delivered }) => delivered && answer?.succeeded === true,
  ({ answer, delivered }) => delivered && answer !== undefined,
  ({ answeredMs }, nowMs) => nowMs - answeredMs > uncollectedMs,
];
