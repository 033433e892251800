import type { status as grpcStatus } from '@grpc/grpc-js';

/** Name of a gRPC status, as in https://github.com/grpc/grpc/blob/master/doc/statuscodes.md. */
export type Status = keyof typeof grpcStatus;

/**
 * What a status may say beyond its message: the messages of
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto that this project uses.
 */
export interface StatusDetails {
  /** RetryInfo: when to send again, in milliseconds. */
  readonly retryDelayMs?: number;
  /** ErrorInfo: why it failed, for programs. */
  readonly errorInfo?: {
    readonly reason: string;
    readonly domain: string;
    readonly metadata: Readonly<Record<string, string>>;
  };
  /** BadRequest: which fields are wrong. */
  readonly fieldViolations?: readonly { readonly field: string; readonly description: string }[];
  /** LocalizedMessage: a sentence for people. */
  readonly localizedMessage?: string;
}

/** The one error of this project: a gRPC status and one sentence that may be shown to anybody. */
export class StatusError extends Error {
  readonly status: Status;
  readonly details: StatusDetails;

  constructor(status: Status, message: string, options: ErrorOptions & { details?: StatusDetails } = {}) {
    super(message, options);
    this.name = 'StatusError';
    this.status = status;
    this.details = options.details ?? {};
  }

  /** Turns anything thrown into a StatusError; anything else is INTERNAL and keeps its cause for the log. */
  static from(thrown: unknown): StatusError {
    if (thrown instanceof StatusError) {
      return thrown;
    }
    return new StatusError('INTERNAL', 'an internal error; the log has its stack', { cause: thrown });
  }
}

/** Domain of this contract's ErrorInfo. */
export const errorDomain = 'driver.kfp.kubeflow.org';

/** Key and value in ErrorInfo's metadata that forbid to send the request again. */
export const retryKey = 'retry';
export const retryUnsafe = 'unsafe';

/** ErrorInfo's reason where a server ends; with UNAVAILABLE it has no answer for the request_id. */
export const serverEndingReason = 'SERVER_ENDING';

/** ErrorInfo's reason where a server waits for its Lease; another address may be that of the one that drives. */
export const leaseNotHeldReason = 'LEASE_NOT_HELD';
