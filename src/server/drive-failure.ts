import {
  errorDomain,
  leaseNotHeldReason,
  retryKey,
  retryUnsafe,
  type Status,
  StatusError,
  serverEndingReason,
} from '../contract/status-error.js';
import { rightLost } from './drive-right.js';

/** In ErrorInfo's metadata: nothing was written, or the driver finds again what it wrote. */
export const retrySafe = 'safe';
export type RetrySafety = typeof retrySafe | typeof retryUnsafe;

/** Why a drive failed, for programs: ErrorInfo's reason. */
export type FailureReason =
  | 'BAD_REQUEST'
  | 'FLAG_UNKNOWN'
  | 'ARGUMENT_TOO_LARGE'
  | 'REQUEST_LATE'
  | 'QUEUE_FULL'
  | 'LEFT_QUEUE'
  | 'METADATA_AWAY'
  | 'EXECUTION_UNKNOWN'
  | 'RUN_ELSEWHERE'
  | typeof serverEndingReason
  | typeof leaseNotHeldReason
  | 'LEASE_LOST'
  | 'PROGRAM_NOT_STARTED'
  | 'DRIVER_VERDICT'
  | 'PLATFORM_CAUSE'
  | 'FLAG_REFUSED'
  | 'DRIVER_PANICKED'
  | 'DRIVER_KILLED'
  | 'DRIVER_OUT_OF_MEMORY'
  | 'DRIVER_TIMED_OUT'
  | 'DRIVER_FAILED'
  | 'OUTPUT_MISSING'
  | 'OUTPUT_UNREADABLE'
  | 'ANSWER_TOO_LARGE'
  | 'NO_KUBERNETES'
  | 'KUBERNETES_AWAY'
  | 'WORKFLOW_NOT_FOUND'
  | 'WORKFLOW_UNREADABLE';

/** One failure of a drive. */
export interface DriveFailure {
  readonly status: Status;
  readonly reason: FailureReason;
  readonly message: string;
  readonly retry: RetrySafety;
  /** Set only where nothing was driven: such a refusal is not kept under its request_id. */
  readonly retryDelayMs?: number;
  /** More for ErrorInfo's metadata: names, numbers, never contents. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A failure as the error that travels: its ErrorInfo says whether a re-send may drive twice. */
export function toStatusError(failure: DriveFailure): StatusError {
  const { status, reason, message, retry, retryDelayMs, metadata, cause } = failure;
  return new StatusError(status, message, {
    cause,
    details: {
      ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
      errorInfo: { reason, domain: errorDomain, metadata: { ...metadata, [retryKey]: retry } },
    },
  });
}

/** There is no room for this call, which has driven nothing; `why` is the rest of a sentence. */
export function serverBusy(why: string): StatusError {
  return toStatusError({
    status: 'RESOURCE_EXHAUSTED',
    reason: 'QUEUE_FULL',
    message: `the driver server is busy: ${why}`,
    retry: retrySafe,
    retryDelayMs: 5_000,
  });
}

/**
 * There is no room for this call, whose driver runs or has run: a repeat gets its answer. Without RetryInfo and ErrorInfo,
 * from which a client would take that nothing was driven.
 */
export function noRoomForRepeat(why: string): StatusError {
  return new StatusError('UNAVAILABLE', `${why}: ask again`);
}

/** The server ends before the driver was started. */
export function serverEnding(): StatusError {
  return toStatusError({
    status: 'UNAVAILABLE',
    reason: serverEndingReason,
    message: 'the driver server ends; nothing was driven',
    retry: retrySafe,
    retryDelayMs: 1_000,
  });
}

/** Another server has the right to drive, or nobody yet; nothing was driven. */
export function leaseNotHeld(message: string, retryDelayMs: number): StatusError {
  return toStatusError({
    status: 'UNAVAILABLE',
    reason: leaseNotHeldReason,
    message: `${message}; nothing was driven`,
    retry: retrySafe,
    retryDelayMs,
  });
}

/**
 * The right to drive went away meanwhile, so what came of the driver's run does not count. It may run again where the
 * ledger finds what it left behind.
 */
export function leaseLost(findsOrphans: boolean): StatusError {
  return toStatusError({
    status: 'ABORTED',
    reason: 'LEASE_LOST',
    message: 'the driver server lost its lease while the driver ran',
    retry: findsOrphans ? retrySafe : retryUnsafe,
  });
}

/** Why a signal ends a drive that has not begun. */
export function notBegun({ reason }: AbortSignal): StatusError {
  return reason === rightLost ? leaseNotHeld('the driver server has lost its lease', 1_000) : serverEnding();
}

/** The server ends, and how the driver's run ends can no longer be told. */
export function outcomeUnknown(): StatusError {
  return toStatusError({
    status: 'ABORTED',
    reason: serverEndingReason,
    message: 'the driver server ends while the driver runs',
    retry: retryUnsafe,
  });
}
