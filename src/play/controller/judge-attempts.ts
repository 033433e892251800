import { parseGoDurationMs } from '../../common/go-duration.js';
import type { RetryStrategy } from '../../workflow/workflow.js';
import { isTransientText } from '../transient-text.js';
import { isFailedOrError, isFulfilled, type Node } from './node.js';

/** What becomes of a Retry node after its latest attempt; `untilMs` is an instant. */
export type RetryVerdict =
  | { readonly kind: 'run' }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly message: string }
  | { readonly kind: 'done'; readonly phase: string; readonly message?: string };

/**
 * Throws an Error with Argo's own text for a strategy that cannot be read.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (processNodeRetries)
 */
export function judgeAttempts(
  attempts: readonly Node[],
  strategy: RetryStrategy,
  nowMs: number,
): RetryVerdict {
  const [first] = attempts;
  const latest = attempts.at(-1);
  if (first === undefined || latest === undefined || !isFulfilled(latest)) {
    return { kind: 'run' };
  }
  const { phase } = latest;
  if (!isFailedOrError(latest)) {
    return { kind: 'done', phase: 'Succeeded' };
  }
  const limit = wholeNumber(strategy.limit);
  const pause = strategy.backoff && planBackoff(strategy.backoff, attempts.length, first, latest);
  if (pause !== undefined && nowMs > pause.endMs) {
    return { kind: 'done', phase, message: 'Max duration limit exceeded' };
  }
  if (pause !== undefined && pause.untilMs > pause.endMs) {
    return { kind: 'done', phase, message: 'Backoff would exceed max duration limit' };
  }
  // Argo's own: without a limit it does not wait at all.
  if (pause !== undefined && nowMs < pause.untilMs && limit !== undefined && attempts.length <= limit) {
    return { kind: 'wait', untilMs: pause.untilMs, message: `Backoff for ${pause.waitMs / 1000} seconds` };
  }
  if (!isRetried(strategy, latest)) {
    return { kind: 'done', phase, message: latest.message };
  }
  return limit !== undefined && attempts.length > limit
    ? { kind: 'done', phase, message: 'No more retries left' }
    : { kind: 'run' };
}

/** How long to wait, until when, and the instant at which the whole node must have ended. */
interface BackoffPlan {
  readonly waitMs: number;
  readonly untilMs: number;
  readonly endMs: number;
}

function planBackoff(
  { duration, factor, cap, maxDuration }: NonNullable<RetryStrategy['backoff']>,
  attempts: number,
  first: Node,
  latest: Node,
): BackoffPlan {
  if (!duration) {
    throw new Error('no base duration specified for retryStrategy');
  }
  const base = wholeNumber(factor) ?? 0;
  const growth = base > 0 ? base ** (attempts - 1) : 1;
  const capMs = cap ? parseRetryDurationMs(cap) : Number.POSITIVE_INFINITY;
  const waitMs = Math.min(parseRetryDurationMs(duration) * growth, capMs);
  return {
    waitMs,
    untilMs: (latest.finishedAtMs ?? latest.startedAtMs) + waitMs,
    endMs: maxDuration ? first.startedAtMs + parseRetryDurationMs(maxDuration) : Number.POSITIVE_INFINITY,
  };
}

/** Whole seconds ("10") or a Go duration. Throws as Go would. */
function parseRetryDurationMs(text: string): number {
  return /^-?\d+$/.test(text) ? Number(text) * 1000 : parseGoDurationMs(text);
}

function isRetried(strategy: RetryStrategy, { phase, message }: Node): boolean {
  switch (strategy.retryPolicy || 'OnFailure') {
    case 'Always':
      return true;
    case 'OnFailure':
      return phase === 'Failed';
    case 'OnError':
      return phase === 'Error';
    case 'OnTransientError':
      return isTransientText(message);
    default:
      throw new Error(`${strategy.retryPolicy} is not a valid RetryPolicy`);
  }
}

function wholeNumber(value: number | string | undefined): number | undefined {
  if (value === undefined || /^-?\d+$/.test(String(value))) {
    return value === undefined ? undefined : Number(value);
  }
  throw new Error(`strconv.ParseInt: parsing "${value}": invalid syntax`);
}
