import { type Clock, sleep } from '../common/clock.js';
import { onAbort } from '../common/on-abort.js';
import type { ExecuteRequest } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { CallError } from '../driver/call-error.js';
import type { DriverClient } from '../driver/driver-client.js';
import type { CallResult, DriverCall } from '../driver/unary-call.js';
import type { ConcurrencyLimiter } from './concurrency-limiter.js';
import { goesElsewhere, hasNoAnswer, isOutcomeUnknown, mayResend, resendDelayMs } from './may-resend.js';
import type { Progress } from './progress.js';
import type { RetryBudget } from './retry-budget.js';

/** How an attempt ended. */
export type AttemptResult =
  | { readonly kind: 'answered'; readonly response: ExecuteResponse__Output }
  /** The driver server's last word, or a status that must not be followed by another call. */
  | { readonly kind: 'refused'; readonly failure: CallError }
  /** The attempt's time is used up; the driver may still be at work. */
  | { readonly kind: 'out of time'; readonly failure: CallError }
  /** This process ends, and nothing of the attempt is at the driver any more. */
  | { readonly kind: 'ended' };

export interface CallDriverOptions {
  readonly driver: DriverClient;
  readonly limiter: ConcurrencyLimiter;
  readonly retryBudget: RetryBudget;
  readonly clock: Clock;
  /** Deadline of one call. */
  readonly timeoutMs: number;
  /** Time of an attempt across its calls and the pauses between them; waiting for other tasks does not count. */
  readonly attemptTimeoutMs: number;
  /** False for a server that does not keep the contract's promise about request_id. */
  readonly retryUnknownOutcomes: boolean;
  /** Aborted when this process ends: nothing new begins, and only what is at the driver is waited for. */
  readonly ending: AbortSignal;
  /** Told of each call that is sent again. */
  readonly onResend?: (() => void) | undefined;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** With less left of its time no call is worth its way: it could only end in DEADLINE_EXCEEDED. */
const leastCallMs = 50;

const ended: AttemptResult = { kind: 'ended' };

/** Calls the driver until it has answered, refused, or the attempt's time is used up. Never rejects. */
export async function callDriver(
  options: CallDriverOptions,
  request: ExecuteRequest,
  progress: Progress,
): Promise<AttemptResult> {
  const { clock, limiter, attemptTimeoutMs } = options;
  let leftMs = attemptTimeoutMs;
  for (;;) {
    progress.stage = { kind: 'queued' };
    if (!(await limiter.acquire())) {
      return ended;
    }
    const endMs = clock.nowMs() + leftMs;
    const result = await callOnce(options, request, progress, leftMs);
    limiter.release();
    if (result === undefined || result.kind === 'answered') {
      return result ?? ended;
    }
    const { failure } = result;
    progress.noteFailure(isOutcomeUnknown(failure), hasNoAnswer(failure));
    if (!mayResend(failure, options.retryUnknownOutcomes)) {
      return { kind: 'refused', failure };
    }
    if (!(await pause(options, progress, failure, endMs - leastCallMs))) {
      return options.ending.aborted ? ended : { kind: 'out of time', failure };
    }
    options.onResend?.();
    leftMs = endMs - clock.nowMs();
  }
}

/** One call. Undefined if this process ends before it is at the driver: then it is taken back. */
async function callOnce(
  { driver, clock, retryBudget, timeoutMs, ending }: CallDriverOptions,
  request: ExecuteRequest,
  progress: Progress,
  leftMs: number,
): Promise<CallResult | undefined> {
  const nowMs = clock.nowMs();
  if (progress.calledMs === undefined) {
    progress.calledMs = nowMs;
    retryBudget.noteNewCall();
  }
  const call: DriverCall = driver.execute(request, Math.min(timeoutMs, leftMs));
  progress.stage = { kind: 'calling', call, sinceMs: nowMs };
  let isTakenBack = false;
  const forget = onAbort(ending, () => {
    if (!call.isSent()) {
      isTakenBack = true;
      call.cancel();
    }
  });
  const result = await call.ended;
  forget();
  if (result.kind === 'answered') {
    retryBudget.noteAnswer();
    return result;
  }
  return isTakenBack ? undefined : result;
}

/** Waits until the next call may go; false if that is later than `latestMs`, or this process ends. */
async function pause(
  { clock, retryBudget, ending, random }: CallDriverOptions,
  progress: Progress,
  failure: CallError,
  latestMs: number,
): Promise<boolean> {
  const delayMs = resendDelayMs(failure, progress.failedCalls, random);
  if (ending.aborted || clock.nowMs() + delayMs > latestMs) {
    return false;
  }
  progress.stage = { kind: 'backing off', failure };
  progress.tellNews();
  await sleep(clock, delayMs, ending);
  // What the server has not seen is no burden on it, nor is what one that only waits has turned away.
  const isFree =
    failure.reach === 'not sent' ||
    goesElsewhere(failure, progress.failedCalls) ||
    (await retryBudget.withdraw(latestMs - clock.nowMs(), progress.answerMayWait));
  return isFree && !ending.aborted;
}
