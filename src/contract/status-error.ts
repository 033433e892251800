import type { status as grpcStatus } from '@grpc/grpc-js';

/** Name of a gRPC status, as in https://github.com/grpc/grpc/blob/master/doc/statuscodes.md. */
export type Status = keyof typeof grpcStatus;

/** The one error of this project: a gRPC status and one sentence that may be shown to anybody. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StatusError';
    this.status = status;
  }

  /** Turns anything thrown into a StatusError; what nobody foresaw is INTERNAL and keeps its cause for the log. */
  static from(thrown: unknown): StatusError {
    if (thrown instanceof StatusError) return thrown;
    return new StatusError('INTERNAL', 'an unforeseen error; the log has its stack', { cause: thrown });
  }
}
