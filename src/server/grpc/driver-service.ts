import type {
  handleUnaryCall,
  Metadata,
  ServerUnaryCall,
  ServiceDefinition,
  sendUnaryData,
} from '@grpc/grpc-js';
import type { LogFacts, Logger } from '../../common/logger.js';
import { createTurns, type TakeTurn } from '../../common/turns.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { StatusError } from '../../contract/status-error.js';
import { createByteBudget } from '../byte-budget.js';
import { noRoomForRepeat, toStatusError } from '../drive-failure.js';
import { factsOfRequest } from '../facts-of-request.js';
import type { SingleFlightResult } from '../ledger/claim-and-drive.js';
import type { SingleFlight } from '../ledger/single-flight.js';
import type { ObserveStage } from '../measures.js';
import { logCallEnd } from './log-call-end.js';
import { executeMethod, type ReceivedRequest, receiveRequest } from './received-request.js';
import { toStatusResponse } from './to-status-response.js';

/** Handles DriverService.Execute; the answer is serialized already. */
export type ExecuteHandler = handleUnaryCall<ReceivedRequest, Buffer>;

export const executePath = executeMethod.path;

/** DriverService as the server serves it: requests are decoded when their turn comes, answers are bytes. */
export const servedDefinition: ServiceDefinition = {
  Execute: {
    ...executeMethod,
    requestDeserialize: receiveRequest,
    responseSerialize: (response: Buffer): Buffer => response,
  },
};

/**
 * Serializes an engine's answer. INTERNAL when it is no ExecuteResponse or too large to send: then the driver has
 * done its work, and sending the request again under a new id would do it twice.
 */
export function serializeResponse(response: ExecuteResponse, maxBytes: number): Buffer {
  const bytes = executeMethod.responseSerialize(response);
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

/** One call, for whoever follows it on its way. */
export interface CallObserver {
  readonly stage: ObserveStage;
  readonly ended: (result: SingleFlightResult) => void;
}

/** A call whose request has been read. */
export interface BegunCall {
  readonly request: ExecuteRequest__Output;
  readonly metadata: Metadata;
  readonly bytesIn: number;
  /** Address of the caller. */
  readonly peer: string;
  /** Of performance.now(). */
  readonly beganMs: number;
}

export interface ExecuteParts {
  /** Throws a StatusError for a request that is not to be driven. */
  readonly check: (request: ExecuteRequest__Output) => void;
  readonly executeOnce: SingleFlight['executeOnce'];
  readonly logger: Logger;
  readonly observe?: ((call: BegunCall) => CallObserver) | undefined;
}

/** A call under way, with as much of its request as the log tells: whoever waits must not hold on to the request. */
interface RunningCall {
  readonly asked: LogFacts;
  readonly executed: Promise<SingleFlightResult>;
  readonly observer: CallObserver | undefined;
}

/** Makes the handler of Execute: every call gets an answer or a status, and one line in the log at its end. */
export function createExecuteHandler({ check, executeOnce, logger, observe }: ExecuteParts): ExecuteHandler {
  const turn = createTurns();
  const send = createSend();
  const begin = (call: ExecuteCall, beganMs: number): RunningCall => {
    const { request: received, metadata } = call;
    const deadlineMs = Number(call.getDeadline());
    let asked: LogFacts = {};
    let observer: CallObserver | undefined;
    try {
      const request = received.take();
      asked = factsOfRequest(request);
      const { bytesIn } = received;
      observer = observe?.({ request, metadata, bytesIn, peer: call.getPeer(), beganMs });
      check(request);
      const executed = executeOnce(request, {
        deadlineMs,
        requestBytes: bytesIn,
        onClaimed: received.release,
        onEnd: (callback) => onceEnded(call, callback),
        ...(observer !== undefined && { observe: observer.stage }),
      });
      // Whoever refuses before the request is claimed has not released it.
      const settled = executed.catch((thrown: unknown) => {
        received.release();
        return failedBy(thrown);
      });
      return { asked, executed: settled, observer };
    } catch (thrown) {
      received.release();
      return { asked, executed: Promise.resolve(failedBy(thrown)), observer };
    }
  };
  return (call, callback) => {
    const startedAtMs = performance.now();
    takeTurns(turn, call.request)
      .then(async () => {
        const { asked, executed, observer } = begin(call, startedAtMs);
        const outcome = await executed;
        const clientGone = call.cancelled;
        let withheldBecause: string | undefined;
        if (outcome.result.kind === 'answered') {
          withheldBecause = send(outcome.result.response, call, callback);
        } else {
          callback(toStatusResponse(outcome.result.error));
        }
        observer?.ended(outcome);
        const ms = Math.round(performance.now() - startedAtMs);
        const { bytesIn } = call.request;
        logCallEnd(logger, outcome, { asked, bytesIn, ms, clientGone, withheldBecause });
      })
      .catch((thrown: unknown) => callback(toStatusResponse(thrown)));
  };
}

/** Bytes of answers that their callers have not read: gRPC keeps a copy of each until its call ends. */
export const maxUnreadBytes = 64 << 20;

type ExecuteCall = ServerUnaryCall<ReceivedRequest, Buffer>;

/** Makes the function that sends an answer, and says why where it had to withhold it. */
function createSend() {
  const unread = createByteBudget(maxUnreadBytes);
  return (response: Buffer, call: ExecuteCall, callback: sendUnaryData<Buffer>): string | undefined => {
    const release = call.cancelled ? () => {} : unread.take(response.length);
    if (release === undefined) {
      const why = 'too many answers before this one have not been read';
      callback(toStatusResponse(noRoomForRepeat(`the driver has answered, but ${why}`)));
      return why;
    }
    onceEnded(call, release);
    callback(null, response);
    return undefined;
  };
}

/** grpc-js says "cancelled" of every call whose stream has ended, however it ended. */
function onceEnded(call: ExecuteCall, callback: () => void): void {
  if (call.cancelled) {
    callback();
  } else {
    call.once('cancelled', callback);
  }
}

/** From this size on a request is decoded in one turn of the event loop, and checked and hashed in the next one. */
const largeRequestBytes = 256 * 1024;

async function takeTurns(turn: TakeTurn, received: ReceivedRequest): Promise<void> {
  if (received.bytesIn >= largeRequestBytes) {
    const first = turn();
    // Both are asked for at once, so that no other call decodes between them: one decoded request at a time.
    const second = turn();
    await first;
    received.decode();
    await second;
  } else {
    await turn();
  }
}

function failedBy(thrown: unknown): SingleFlightResult {
  return { result: { kind: 'failed', error: StatusError.from(thrown) } };
}
