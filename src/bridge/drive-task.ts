import { setMaxListeners } from 'node:events';
import type { ExecuteRequest } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { resendKey, resendMayDriveTwice, type StatusError } from '../contract/status-error.js';
import type { CallError } from '../driver/call-error.js';
import type { DriverClient } from '../driver/driver-client.js';
import { type Clock, sleep } from '../program/clock.js';
import { outcomeOf } from './status-to-outcome.js';
import type { Turns } from './turns.js';

/** How far a step is; it changes while the step goes on. */
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

/** How a step ended. */
export type DriveResult =
  | { readonly kind: 'answered'; readonly response: ExecuteResponse__Output }
  /** The driver server's last word, or a status that must not be followed by another call. */
  | { readonly kind: 'refused'; readonly failure: CallError }
  /** The budget is used up; the driver may still be at work. */
  | { readonly kind: 'out of budget'; readonly failure: CallError };

export interface DriveTaskOptions {
  readonly driver: DriverClient;
  readonly turns: Turns;
  readonly clock: Clock;
  /** Deadline of one call. */
  readonly timeoutMs: number;
  /** Budget of a step across its calls, from its turn on. */
  readonly stepTimeoutMs: number;
  /** False for a server that does not keep the contract's promise about request_id. */
  readonly resendUnknownOutcomes: boolean;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const firstBackoffMs = 250;
const longestBackoffMs = 5_000;
/** With less left of the budget no call is worth its way: it could only end in DEADLINE_EXCEEDED. */
const leastCallMs = 50;

/** Calls the driver until it has answered, refused, or the step's budget is used up. Never rejects. */
export async function driveTask(
  options: DriveTaskOptions,
  request: ExecuteRequest,
  progress: Progress,
): Promise<DriveResult> {
  await options.turns.take();
  try {
    return await callInBudget(options, request, progress);
  } finally {
    options.turns.giveBack();
  }
}

async function callInBudget(
  options: DriveTaskOptions,
  request: ExecuteRequest,
  progress: Progress,
): Promise<DriveResult> {
  const { clock, driver, timeoutMs, stepTimeoutMs } = options;
  const beganMs = clock.nowMs();
  progress.turnMs = beganMs;
  for (;;) {
    const leftMs = beganMs + stepTimeoutMs - clock.nowMs();
    const result = await driver.execute(request, Math.min(timeoutMs, leftMs));
    if (result.kind === 'answered') return result;
    const { failure } = result;
    progress.tries += 1;
    progress.lastFailure = failure;
    progress.outcomeUnknown ||= isUnknown(failure);
    if (!mayResend(failure, options.resendUnknownOutcomes)) return { kind: 'refused', failure };
    const delayMs = Math.max(
      1,
      typeof failure.pushback === 'number' ? failure.pushback : backoffMs(progress, options),
    );
    if (clock.nowMs() + delayMs + leastCallMs > beganMs + stepTimeoutMs)
      return { kind: 'out of budget', failure };
    progress.trouble.abort();
    await sleep(clock, delayMs);
  }
}

/** Exponential backoff with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function backoffMs({ tries }: Progress, { random }: DriveTaskOptions): number {
  return random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(tries, 10));
}

function mayResend(failure: CallError, unknownOutcomes: boolean): boolean {
  const { error, reach, tooLarge, pushback } = failure;
  if (tooLarge || pushback === 'stop' || mayDriveTwice(error)) return false;
  const { resend } = outcomeOf(error.status);
  return resend === 'always' || (resend === 'unless-told' && (unknownOutcomes || reach !== 'unknown'));
}

function isUnknown({ error, reach }: CallError): boolean {
  return reach === 'unknown' || (reach === 'answered' && outcomeOf(error.status).resend === 'unless-told');
}

/** The server's own word that the driver may have written before it failed. */
function mayDriveTwice(error: StatusError): boolean {
  return error.details.errorInfo?.metadata[resendKey] === resendMayDriveTwice;
}
