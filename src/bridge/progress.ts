import type { CallError } from '../driver/call-error.js';
import type { DriverCall } from '../driver/unary-call.js';

/** What an attempt does at this moment. */
export type Stage =
  /** Waits until MAX_CONCURRENT_CALLS lets it call. */
  | { readonly kind: 'queued' }
  /** Its call is out. */
  | { readonly kind: 'calling'; readonly call: Pick<DriverCall, 'isSent'>; readonly sinceMs: number }
  /** Its call failed, and another will follow. */
  | { readonly kind: 'backing off'; readonly failure: CallError }
  | { readonly kind: 'ended' };

/** How far an attempt is; it changes while the attempt goes on. */
export class Progress {
  readonly beganMs: number;
  stage: Stage = { kind: 'queued' };
  /** When its first call went out; undefined before. */
  calledMs: number | undefined;
  /** Calls that failed. */
  failedCalls = 0;
  /** True once a call has ended so that nobody knows whether the driver ran, or still runs, under this request_id. */
  outcomeUnknown: boolean;
  /** The same, until the server says that it has no answer for this request_id. */
  answerMayWait: boolean;
  #waiting: Set<() => void> | undefined;

  constructor(beganMs: number, outcomeUnknown: boolean) {
    this.beganMs = beganMs;
    this.outcomeUnknown = outcomeUnknown;
    this.answerMayWait = outcomeUnknown;
  }

  /** Takes note of a call that failed; `hasNoAnswer` where the server has said so. */
  noteFailure(outcomeUnknown: boolean, hasNoAnswer: boolean): void {
    this.failedCalls += 1;
    this.outcomeUnknown ||= outcomeUnknown;
    this.answerMayWait = outcomeUnknown || (this.answerMayWait && !hasNoAnswer);
  }

  /** Calls back once, when the user should know something: the attempt backs off, or has ended. */
  onNews(callback: () => void): () => void {
    this.#waiting ??= new Set();
    this.#waiting.add(callback);
    return () => this.#waiting?.delete(callback);
  }

  /** Lets go of what the attempt held: its record is kept for long, and its call has the whole request. */
  end(): void {
    this.stage = { kind: 'ended' };
    this.tellNews();
  }

  tellNews(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const callback of waiting ?? []) {
      callback();
    }
  }
}
