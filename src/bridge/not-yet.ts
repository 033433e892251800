import { type NotYet, notYet, type Waiting, waiting } from '../argo/reply.js';
import type { Progress } from './call-driver.js';
import { describeFailure, describeTries } from './final-answer.js';

const shortestRequeueMs = 1_000;
const longestRequeueMs = 10_000;

/**
 * "Not yet": silent while all is well and young, with a message once the user should know something. Never Running:
 * a Running plugin node ignores Terminate and its own timeout.
 */
export function toNotYet(
  progress: Progress,
  options: { readonly nowMs: number; readonly messageAfterMs: number; readonly recentMs: number | undefined },
): NotYet | Waiting {
  const elapsedMs = options.nowMs - progress.beganMs;
  const requeueMs = toRequeueMs(elapsedMs, options.recentMs);
  if (progress.lastFailure !== undefined) {
    const tries = describeTries(progress, options.nowMs);
    return waiting(describeFailure(progress.lastFailure, tries), requeueMs);
  }
  if (elapsedMs < options.messageAfterMs) {
    return notYet(requeueMs);
  }
  const seconds = Math.round(elapsedMs / 1000);
  if (progress.turnMs === undefined) {
    return waiting(`waits for its turn at the driver for ${seconds} s (MAX_CONCURRENT_CALLS)`, requeueMs);
  }
  return waiting(`the driver has been at work for ${seconds} s`, requeueMs);
}

/**
 * When to ask again: when the driver should be done by what it took lately, else after half of the time that this
 * call has been going, so that repeats grow rarer and never crowd out first calls.
 */
function toRequeueMs(elapsedMs: number, recentMs: number | undefined): number {
  const expectedMs = recentMs !== undefined && elapsedMs < recentMs ? recentMs - elapsedMs : elapsedMs / 2;
  return Math.round(Math.min(longestRequeueMs, Math.max(shortestRequeueMs, expectedMs)));
}
