import type { CallError } from '../driver/call-error.js';
import type { Progress } from './progress.js';
import { outcomeOf } from './status-to-outcome.js';

/**
 * A failure as one sentence: the status, what it means, `effort` as part of that, and what the driver server said:
 * "UNAVAILABLE: no connection to kfp-driver-server.kubeflow:9000 for 40 s, 6 tries: connect ECONNREFUSED ...".
 */
export function describeFailure({ error, what }: CallError, effort: string): string {
  const { localizedMessage, fieldViolations = [], errorInfo } = error.details;
  const said = [
    localizedMessage ?? error.message,
    ...fieldViolations.map(({ field, description }) => `${field}: ${description}`),
    errorInfo === undefined ? '' : `(${errorInfo.reason})`,
  ].filter((part) => part !== '');
  const meaning = what ?? outcomeOf(error.status).meaning;
  return `${error.status}: ${meaning}${effort}${said.length > 0 ? `: ${said.join(' ')}` : ''}`;
}

/** For how long and how often it has been tried so far. */
export function triedFor(progress: Progress, nowMs: number): string {
  return ` for ${secondsSince(progress, nowMs)} s, ${tries(progress)}`;
}

/** The same once it is not tried any more. */
export function gaveUpAfter(progress: Progress, nowMs: number): string {
  return `, gave up after ${tries(progress)} in ${secondsSince(progress, nowMs)} s (STEP_TIMEOUT_SECONDS)`;
}

function secondsSince({ beganMs, calledMs = beganMs }: Progress, nowMs: number): number {
  return Math.round((nowMs - calledMs) / 1000);
}

function tries({ failedCalls }: Progress): string {
  return `${failedCalls} ${failedCalls === 1 ? 'try' : 'tries'}`;
}
