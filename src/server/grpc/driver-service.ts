import type { handleUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import type { Logger } from '../../common/logger.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { driverServiceOf, loadContract } from '../../contract/service-definition.js';
import { StatusError } from '../../contract/status-error.js';
import { toStatusError } from '../drive-failure.js';
import type { SingleFlight, SingleFlightResult } from '../ledger/single-flight.js';
import { logCallEnd } from './log-call-end.js';
import { toStatusResponse } from './to-status-response.js';

/** A decoded request and its size on the wire. */
export interface ReceivedRequest {
  readonly request: ExecuteRequest__Output;
  readonly bytesIn: number;
}

/** Handles DriverService.Execute; the answer is serialized already. */
export type ExecuteHandler = handleUnaryCall<ReceivedRequest, Buffer>;

const { Execute } = driverServiceOf(loadContract()).service;

export const executePath = Execute.path;

/** DriverService as the server serves it: requests come with their size, answers are bytes. */
export const servedDefinition: ServiceDefinition = {
  Execute: {
    ...Execute,
    requestDeserialize: (bytes: Buffer): ReceivedRequest => ({
      request: Execute.requestDeserialize(bytes),
      bytesIn: bytes.length,
    }),
    responseSerialize: (response: Buffer): Buffer => response,
  },
};

/**
 * Serializes an engine's answer. INTERNAL when it is no ExecuteResponse or too large to send: then the driver has
 * done its work, and sending the request again under a new id would do it twice.
 */
export function serializeResponse(response: ExecuteResponse, maxBytes: number): Buffer {
  const bytes = Execute.responseSerialize(response);
  if (bytes.length <= maxBytes) {
    return bytes;
  }
  throw toStatusError({
    status: 'INTERNAL',
    reason: 'ANSWER_TOO_LARGE',
    message: `the driver's answer has ${bytes.length} bytes, over ${maxBytes}`,
    retry: 'unsafe',
  });
}

/**
 * Makes the handler of Execute: every call gets an answer or a status, and one line in the log at its end. `check`
 * throws a StatusError for a request that is not to be driven.
 */
export function createExecuteHandler(
  check: (request: ExecuteRequest__Output) => void,
  executeOnce: SingleFlight['executeOnce'],
  logger: Logger,
): ExecuteHandler {
  const execute = async (
    request: ExecuteRequest__Output,
    deadlineMs: number,
  ): Promise<SingleFlightResult> => {
    try {
      check(request);
      return await executeOnce(request, deadlineMs);
    } catch (thrown) {
      return { result: { kind: 'failed', error: StatusError.from(thrown) } };
    }
  };
  return (call, callback) => {
    const startedAtMs = performance.now();
    const { request, bytesIn } = call.request;
    execute(request, Number(call.getDeadline()))
      .then((executed) => {
        const clientGone = call.cancelled;
        if (executed.result.kind === 'answered') {
          callback(null, executed.result.response);
        } else {
          callback(toStatusResponse(executed.result.error));
        }
        const ms = Math.round(performance.now() - startedAtMs);
        logCallEnd(logger, executed, { request, bytesIn, ms, clientGone });
      })
      .catch((thrown: unknown) => callback(toStatusResponse(thrown)));
  };
}
