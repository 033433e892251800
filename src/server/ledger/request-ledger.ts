import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { retryKey, type StatusError } from '../../contract/status-error.js';
import { retrySafe } from '../drive-failure.js';

/** How a driven request ended: a serialized ExecuteResponse, or a status. */
export type ExecuteResult =
  | { readonly kind: 'answered'; readonly response: Buffer }
  | { readonly kind: 'failed'; readonly error: StatusError };

/** A request as the ledger knows it. */
export interface LedgerRequest {
  /** The request_id within its workflow (keyOfRequest): repeats of one attempt have the same. */
  readonly key: string;
  /** Digest of the content (fingerprintOfRequest): tells another request under the same key from a repeat. */
  readonly fingerprint: string;
  /** For a ledger that knows the task by more than its request_id: run, parent DAG, task name, iteration, node. */
  readonly request: ExecuteRequest__Output;
}

/** A claim's answer. */
export type Claim =
  /** Nobody has driven it: drive it now, and finish it whatever comes of it. */
  | { readonly kind: 'claimed' }
  /** It was driven: this is its answer. */
  | { readonly kind: 'finished'; readonly result: ExecuteResult }
  /** Another request was driven under this key. */
  | { readonly kind: 'conflict' };

/** A request's task, for a ledger that knows more of it than its request_id. */
export interface LedgerTask {
  /** Requests with equal keys are driven one after the other. */
  readonly key: string;
  /** Requests that have this too want the same answer, whatever their request_id. */
  readonly attempt: string;
  /** Whether the next claim takes out of the way what a drive has left behind whose answer nobody heard. */
  readonly findsOrphans: boolean;
}

/**
 * Remembers what was driven, as the contract promises: a success for 10 minutes at least, a failure for half a minute
 * at most. What runs in this process is single flight's to know, which stands in front: of one key, and of one task, there is one claim
 * at a time, so a ledger need not guard itself against two.
 *
 * The order makes a durable ledger possible. claim comes before the driver's program: what it writes or looks up is
 * done when it resolves. finish comes before anybody hears the answer: what it has not written when it resolves is
 * lost with the process.
 */
export interface RequestLedger {
  /** Undefined where a request_id is all that is known of a request; then requests are alone with it. */
  taskOf?(request: ExecuteRequest__Output): LedgerTask | undefined;
  /**
   * Takes a request for its only drive, or says what came of it. Resolves soon: it does not wait for another drive.
   * Rejects with a StatusError where it cannot tell whether the request was driven; then nothing is driven.
   */
  claim(request: LedgerRequest): Promise<Claim>;
  /**
   * Ends a claim, exactly once. It forgets what need not be kept (isKept). A ledger that cannot write says so in its
   * log and resolves, because the answer is worth more to its caller than to a repeat.
   */
  finish(request: LedgerRequest, result: ExecuteResult): Promise<void>;
  /**
   * Another server may drive from now on: what this process remembers may be overtaken. Left out where nobody else
   * knows what it remembers.
   */
  overtaken?(): void;
  /** What a claim would say without claiming; undefined for a request that may be driven. Rejects as claim does. */
  lookUp(request: LedgerRequest): Promise<Exclude<Claim, { kind: 'claimed' }> | undefined>;
}

/**
 * False for a failure after which the same request may come again: nothing was driven, or the driver finds again what
 * it wrote. Whoever was invited to re-send must not be given the old failure.
 */
export function isKept(result: ExecuteResult): boolean {
  if (result.kind === 'answered') {
    return true;
  }
  const { status, details } = result.error;
  const isRefusal =
    (status === 'RESOURCE_EXHAUSTED' || status === 'UNAVAILABLE') && details.retryDelayMs !== undefined;
  return !isRefusal && details.errorInfo?.metadata[retryKey] !== retrySafe;
}
