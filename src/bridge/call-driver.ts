import { setMaxListeners } from 'node:events';
import { type Clock, sleep } from '../common/clock.js';
import type { ExecuteRequest } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { retryKey, retryUnsafe, type StatusError } from '../contract/status-error.js';
import type { CallError } from '../driver/call-error.js';
import type { DriverClient } from '../driver/driver-client.js';
import type { ConcurrencyLimiter } from './concurrency-limiter.js';
import { outcomeOf } from './status-to-outcome.js';

/** How far a attempt is; it changes while the attempt goes on. */
export interface Progress {
  readonly beganMs: number;
  /** When its turn came; undefined while it waits. */
  turnMs: number | undefined;
  /** Calls that failed and were, or will be, followed by another. */
  tries: number;
  lastFailure: CallError | undefined;
  /** True once a call has ended so that nobody knows whether the driver ran, or still runs, under this request_id. */
  outcomeUnknown: boolean;
  /** Told once re-sending has begun: from then on the user should know. */
  readonly trouble: AbortController;
}

export function newProgress(beganMs: number, outcomeUnknown: boolean): Progress {
  const trouble = new AbortController();
  // Every POST that is held listens; Node takes more than ten listeners for a leak.
  setMaxListeners(0, trouble.signal);
  return {
    beganMs,
    turnMs: undefined,
    tries: 0,
    lastFailure: undefined,
    outcomeUnknown,
    trouble,
  };
}

/** How a attempt ended. */
export type AttemptResult =
  | { readonly kind: 'answered'; readonly response: ExecuteResponse__Output }
  /** The driver server's last word, or a status that must not be followed by another call. */
  | { readonly kind: 'refused'; readonly failure: CallError }
  /** The budget is used up; the driver may still be at work. */
  | { readonly kind: 'out of budget'; readonly failure: CallError };

export interface CallDriverOptions {
  readonly driver: DriverClient;
  readonly limiter: ConcurrencyLimiter;
  readonly clock: Clock;
  /** Deadline of one call. */
  readonly timeoutMs: number;
  /** Budget of a attempt across its calls, from its turn on. */
  readonly attemptTimeoutMs: number;
  /** False for a server that does not keep the contract's promise about request_id. */
  readonly retryUnknownOutcomes: boolean;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const firstBackoffMs = 250;
const longestBackoffMs = 5_000;
/** With less left of the budget no call is worth its way: it could only end in DEADLINE_EXCEEDED. */
const leastCallMs = 50;

/** Calls the driver until it has answered, refused, or the attempt's budget is used up. Never rejects. */
export async function callDriver(
  options: CallDriverOptions,
  request: ExecuteRequest,
  progress: Progress,
): Promise<AttemptResult> {
  await options.limiter.acquire();
  try {
    return await callInBudget(options, request, progress);
  } finally {
    options.limiter.release();
  }
}

async function callInBudget(
  options: CallDriverOptions,
  request: ExecuteRequest,
  progress: Progress,
): Promise<AttemptResult> {
  const { clock, driver, timeoutMs, attemptTimeoutMs } = options;
  const beganMs = clock.nowMs();
  progress.turnMs = beganMs;
  for (;;) {
    const leftMs = beganMs + attemptTimeoutMs - clock.nowMs();
    const result = await driver.execute(request, Math.min(timeoutMs, leftMs));
    if (result.kind === 'answered') {
      return result;
    }
    const { failure } = result;
    progress.tries += 1;
    progress.lastFailure = failure;
    progress.outcomeUnknown ||= isUnknown(failure);
    if (!mayResend(failure, options.retryUnknownOutcomes)) {
      return { kind: 'refused', failure };
    }
    const delayMs = Math.max(
      1,
      typeof failure.pushback === 'number' ? failure.pushback : backoffMs(progress, options),
    );
    if (clock.nowMs() + delayMs + leastCallMs > beganMs + attemptTimeoutMs) {
      return { kind: 'out of budget', failure };
    }
    progress.trouble.abort();
    await sleep(clock, delayMs);
  }
}

/** Exponential backoff with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function backoffMs({ tries }: Progress, { random }: CallDriverOptions): number {
  return random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(tries, 10));
}

function mayResend(failure: CallError, unknownOutcomes: boolean): boolean {
  const { error, reach, tooLarge, pushback } = failure;
  if (tooLarge || pushback === 'stop' || mayDriveTwice(error)) {
    return false;
  }
  const { retry } = outcomeOf(error.status);
  return retry === 'always' || (retry === 'if-idempotent' && (unknownOutcomes || reach !== 'unknown'));
}

function isUnknown({ error, reach }: CallError): boolean {
  return reach === 'unknown' || (reach === 'answered' && outcomeOf(error.status).retry === 'if-idempotent');
}

/** The server's own word that the driver may have written before it failed. */
function mayDriveTwice(error: StatusError): boolean {
  return error.details.errorInfo?.metadata[retryKey] === retryUnsafe;
}
