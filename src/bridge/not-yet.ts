import { type NotYet, notYet, type Waiting, waiting } from '../argo/reply.js';
import { describeFailure, triedFor } from './describe-failure.js';
import type { Progress } from './progress.js';

const shortestRequeueMs = 1_000;
const longestRequeueMs = 10_000;

/**
 * "Not yet": silent while all is well and young, with a message once the user should know something. A message of
 * before stays until there is another one, so that whoever was told of a failure is told that it is over. Never
 * Running: a Running plugin node ignores Terminate and its own timeout.
 */
export function toNotYet(
  progress: Progress,
  options: { readonly nowMs: number; readonly messageAfterMs: number; readonly recentMs: number | undefined },
): NotYet | Waiting {
  const { nowMs, messageAfterMs } = options;
  const elapsedMs = nowMs - progress.beganMs;
  const requeueMs = toRequeueMs(elapsedMs, options.recentMs);
  const isQuiet = progress.failedCalls === 0 && elapsedMs < messageAfterMs;
  return isQuiet ? notYet(requeueMs) : waiting(describeStage(progress, nowMs), requeueMs);
}

/** What the attempt does now, for the user. */
function describeStage(progress: Progress, nowMs: number): string {
  const { stage, beganMs, failedCalls } = progress;
  const seconds = (sinceMs: number) => Math.round((nowMs - sinceMs) / 1000);
  switch (stage.kind) {
    case 'queued':
    case 'ended':
      return `waits until MAX_CONCURRENT_CALLS lets it call the driver, for ${seconds(beganMs)} s`;
    case 'backing off':
      return describeFailure(stage.failure, triedFor(progress, nowMs));
    case 'calling': {
      const again = failedCalls === 0 ? '' : `, call ${failedCalls + 1}`;
      return stage.call.isSent()
        ? `the driver has been at work for ${seconds(stage.sinceMs)} s${again}`
        : `waits for a connection to the driver server for ${seconds(stage.sinceMs)} s${again}`;
    }
  }
}

/**
 * When to ask again: when the driver should be done by what it took lately, else after half of the time that this
 * attempt has been going, so that repeats grow rarer and never crowd out first calls.
 */
function toRequeueMs(elapsedMs: number, recentMs: number | undefined): number {
  const expectedMs = recentMs !== undefined && elapsedMs < recentMs ? recentMs - elapsedMs : elapsedMs / 2;
  return Math.round(Math.min(longestRequeueMs, Math.max(shortestRequeueMs, expectedMs)));
}
