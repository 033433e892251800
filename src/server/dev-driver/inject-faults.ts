import type { Logger } from '../../common/logger.js';
import { type Status, StatusError } from '../../contract/status-error.js';
import { factsOfRequest } from '../facts-of-request.js';
import type { ExecuteHandler } from '../grpc/driver-service.js';
import { toStatusResponse } from '../grpc/to-status-response.js';

/** The faults that a gRPC server can make. */
export interface Faults {
  /** Status of the calls that fail. */
  readonly status: Status;
  /** Fraction of calls that fail before the service sees them, 0 to 1. */
  readonly probability: number;
  /** How many of the first calls fail. */
  readonly failFirst: number;
  /** RetryInfo of the calls that fail, milliseconds; absent for none. */
  readonly retryInfoMs?: number;
  /** Fraction of good answers that are lost: driven, kept, and UNAVAILABLE to the caller. */
  readonly loseAnswers: number;
  readonly random: () => number;
  readonly logger: Logger;
}

/** What a call that fails says. */
export const injectedMessage = 'injected by the dev-driver';

/** Puts faults between the wire and the service: a call fails, not a drive, so nothing is kept under its request_id. */
export function injectFaults(faults: Faults): (execute: ExecuteHandler) => ExecuteHandler {
  let calls = 0;
  return (execute) => (call, callback) => {
    calls += 1;
    if (calls <= faults.failFirst || faults.random() < faults.probability) {
      const facts = factsOfRequest(call.request.take());
      call.request.release();
      faults.logger.info('failed a call, as asked', { ...facts, status: faults.status });
      callback(toStatusResponse(new StatusError(faults.status, injectedMessage, detailsOf(faults))));
      return;
    }
    execute(call, (error, response) => {
      if (error !== null || faults.random() >= faults.loseAnswers) {
        callback(error, response);
        return;
      }
      faults.logger.info('lost an answer, as asked', { bytesIn: call.request.bytesIn });
      callback(toStatusResponse(new StatusError('UNAVAILABLE', 'the answer was lost by the dev-driver')));
    });
  };
}

function detailsOf({ retryInfoMs }: Faults) {
  return retryInfoMs === undefined ? {} : { details: { retryDelayMs: retryInfoMs } };
}
