import {
  errorDomain,
  resendKey,
  resendMayDriveTwice,
  type Status,
  StatusError,
} from '../../contract/status-error.js';
import type { DriverType } from './driver-type.js';

/** In ErrorInfo's metadata: the program wrote nothing, or finds again what it wrote. */
export const resendSafe = 'safe';
export type Resend = typeof resendSafe | typeof resendMayDriveTwice;

/** Why a drive failed, for programs: ErrorInfo's reason. */
export type FailureReason =
  | 'BAD_REQUEST'
  | 'FLAG_UNKNOWN'
  | 'ARGUMENT_TOO_LARGE'
  | 'QUEUE_FULL'
  | 'LEFT_QUEUE'
  | 'METADATA_AWAY'
  | 'SERVER_ENDING'
  | 'PROGRAM_NOT_STARTED'
  | 'DRIVER_VERDICT'
  | 'PLATFORM_CAUSE'
  | 'FLAG_REFUSED'
  | 'DRIVER_PANICKED'
  | 'DRIVER_KILLED'
  | 'DRIVER_TIMED_OUT'
  | 'DRIVER_FAILED'
  | 'OUTPUT_MISSING'
  | 'OUTPUT_UNREADABLE';

/** One failure of a drive. */
export interface ProgramFailure {
  readonly status: Status;
  readonly reason: FailureReason;
  readonly message: string;
  readonly resend: Resend;
  /** Set only where the program was not started: such a refusal is not kept under its request_id. */
  readonly retryDelayMs?: number;
  /** More for ErrorInfo's metadata: names, numbers, never contents. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A failure as the error that travels: its ErrorInfo says whether a re-send may drive twice. */
export function toStatusError(failure: ProgramFailure): StatusError {
  const { status, reason, message, resend, retryDelayMs, metadata, cause } = failure;
  return new StatusError(status, message, {
    cause,
    details: {
      ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
      errorInfo: { reason, domain: errorDomain, metadata: { ...metadata, [resendKey]: resend } },
    },
  });
}

/**
 * Whether the same request may be sent again after a run that may have written. The root driver finds its run's
 * execution again; the others make a second one, and every task that reads a sibling's output then fails
 * (kubeflow/pipelines backend/src/v2/metadata/client.go, "two tasks have the same task name").
 */
export function resendAfterWrite(type: DriverType): Resend {
  return type === 'ROOT_DAG' ? resendSafe : resendMayDriveTwice;
}

/** The server ends before the program was started. */
export function serverEnding(): StatusError {
  return toStatusError({
    status: 'UNAVAILABLE',
    reason: 'SERVER_ENDING',
    message: 'the driver server ends; nothing was driven',
    resend: resendSafe,
    retryDelayMs: 1_000,
  });
}
