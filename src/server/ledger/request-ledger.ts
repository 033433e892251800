import type { StatusError } from '../../contract/status-error.js';

/** How a driven request ended: a serialized ExecuteResponse, or a status. */
export type ExecuteResult =
  | { readonly kind: 'answered'; readonly response: Buffer }
  | { readonly kind: 'failed'; readonly error: StatusError };

/** What the ledger knows of one request. */
export interface LedgerRecord {
  /** Of the request's content, so that another request under the same id is told from a repeat. */
  readonly fingerprint: string;
  /** How many calls have asked for it so far. */
  readonly callers: number;
  /** Resolves when the request is finished; never rejects. */
  readonly result: Promise<ExecuteResult>;
  readonly finished: boolean;
}

/** A claim's answer: the request is yours to drive, or somebody had it before. */
export type Claim =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'running' | 'finished'; readonly result: Promise<ExecuteResult> }
  | { readonly kind: 'conflict' };

/**
 * Sees to it that a request_id is driven once, as the contract promises: a repeat of a running request waits for it,
 * a success is kept for 10 minutes at least, a failure for half a minute at most. Claim and finish are asynchronous
 * because a ledger that survives the process must write before a driver starts, or answers.
 */
export interface RequestLedger {
  /** Takes a request for its only drive; between two claims of one key exactly one is 'claimed'. */
  claim(key: string, fingerprint: string): Promise<Claim>;
  /** Ends a claimed request, for all that wait for it and all that will ask. */
  finish(key: string, result: ExecuteResult): Promise<void>;
  /** What is known of a request now; undefined when it was never claimed, or is forgotten. */
  lookUp(key: string): LedgerRecord | undefined;
}

/** True for a refusal before anything was driven, which nobody may be given instead of a drive later. */
export function isRefusal(result: ExecuteResult): boolean {
  if (result.kind !== 'failed') {
    return false;
  }
  const { status, details } = result.error;
  return (status === 'RESOURCE_EXHAUSTED' || status === 'UNAVAILABLE') && details.retryDelayMs !== undefined;
}
