import { leaseNotHeldReason, retryKey, retryUnsafe, serverEndingReason } from '../contract/status-error.js';
import type { CallError } from '../driver/call-error.js';
import { outcomeOf } from './status-to-outcome.js';

/**
 * Whether the same request may be sent again. `unknownOutcomes` is false for a server that does not keep the
 * contract's promise about request_id: then only on proof that the driver has not run, and a status alone is none,
 * because proxies answer with the same ones after they have sent the request on.
 */
export function mayResend(failure: CallError, unknownOutcomes: boolean): boolean {
  if (failure.tooLarge !== undefined || failure.pushback === 'stop' || mayDriveTwice(failure)) {
    return false;
  }
  const isPassing = outcomeOf(failure.error.status).retry !== 'never';
  return isPassing && (unknownOutcomes || failure.reach === 'not sent' || failure.isInvited);
}

/** True if the driver may have run, or may still run, although the call failed. */
export function isOutcomeUnknown({ error, reach, isInvited, tooLarge }: CallError): boolean {
  if (reach === 'not sent') {
    return false;
  }
  const turnedAway = reach === 'answered' && (isInvited || outcomeOf(error.status).retry !== 'if-idempotent');
  return !turnedAway || tooLarge === 'answer';
}

/**
 * The server's own word that it ends and has no answer for this request_id. Others that turn a call away, a proxy or a server
 * without room, may not have looked for one.
 */
export function hasNoAnswer({ error }: CallError): boolean {
  return error.status === 'UNAVAILABLE' && error.details.errorInfo?.reason === serverEndingReason;
}

/** The server's own word that the driver may have written before it failed. */
function mayDriveTwice({ error }: CallError): boolean {
  return error.details.errorInfo?.metadata[retryKey] === retryUnsafe;
}

/** A server that waits asks for less than this only while it sees that another one drives. */
const anotherDrivesBelowMs = 100;
/** Of two addresses, so many tries in a row miss the right one once in 250 times. */
const triesElsewhere = 8;

/** True for a refusal by a server that waits while another one drives: the call goes to the next address at once. */
export function goesElsewhere({ error, pushback }: CallError, failedCalls: number): boolean {
  return (
    error.details.errorInfo?.reason === leaseNotHeldReason &&
    typeof pushback === 'number' &&
    pushback < anotherDrivesBelowMs &&
    failedCalls <= triesElsewhere
  );
}

const firstBackoffMs = 250;
const longestBackoffMs = 5_000;

/**
 * Milliseconds until the next call: exponential backoff with full jitter, on top of what the server asks for as
 * the least delay, so that what came in one wave does not come back as one.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ and RetryInfo in
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */
export function resendDelayMs(failure: CallError, failedCalls: number, random: () => number): number {
  const leastMs = typeof failure.pushback === 'number' ? failure.pushback : 0;
  if (goesElsewhere(failure, failedCalls)) {
    return leastMs * (1 + random());
  }
  const backoffMs = random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(failedCalls, 10));
  return leastMs + Math.max(1, backoffMs);
}
