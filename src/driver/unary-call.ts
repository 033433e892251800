import { type Client, connectivityState, type Metadata } from '@grpc/grpc-js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { type CallError, toCallError } from './call-error.js';

/** What one call ended with. */
export type CallResult =
  | { readonly kind: 'answered'; readonly response: ExecuteResponse__Output }
  | { readonly kind: 'failed'; readonly failure: CallError };

/** A call in flight. */
export interface DriverCall {
  /** Never rejects. */
  readonly ended: Promise<CallResult>;
  /** False while the call waits for a connection. */
  isSent(): boolean;
  cancel(): void;
}

/** One channel; `closedBecause` is told to the calls that wait for a connection when it is closed. */
export interface Connection {
  readonly client: Client;
  closedBecause: string | undefined;
}

/** A request that is serialized, and how to send it. */
export interface Sending {
  /** /package.Service/Method */
  readonly path: string;
  readonly bytes: Buffer;
  readonly deserialize: (bytes: Buffer) => ExecuteResponse__Output;
  readonly metadata: Metadata;
  readonly timeoutMs: number;
}

/** Sends one request over a connection. */
export function startUnaryCall(connection: Connection, sending: Sending): DriverCall {
  const { client } = connection;
  const { path, bytes, deserialize, metadata, timeoutMs } = sending;
  let contentType: string | undefined;
  let cancel = () => {};
  const ended = new Promise<CallResult>((resolve) => {
    const deadline = Date.now() + timeoutMs;
    const unary = withoutStack(() =>
      client.makeUnaryRequest(path, same, deserialize, bytes, metadata, { deadline }, (error, response) => {
        if (response !== undefined) {
          resolve({ kind: 'answered', response });
        } else if (error !== null) {
          const target = client.getChannel().getTarget();
          const { closedBecause } = connection;
          const failure = toCallError(error, { target, peer: unary.getPeer(), contentType, closedBecause });
          resolve({ kind: 'failed', failure });
        }
      }),
    );
    unary.on('metadata', (headers) => {
      contentType = String(headers.get('content-type')[0] ?? '');
    });
    cancel = () => unary.cancel();
  });
  let sent = false;
  const isSent = () => {
    sent ||= stateOf(connection) === connectivityState.READY;
    return sent;
  };
  isSent();
  return { ended, isSent, cancel: () => cancel() };
}

/** A call that is not made. */
export function failedCall(failure: CallError): DriverCall {
  return { ended: Promise.resolve({ kind: 'failed', failure }), isSent: () => false, cancel: () => {} };
}

/** The state of a connection's channel; grpc-js throws for one that is closed. */
export function stateOf({ client, closedBecause }: Connection): connectivityState {
  return closedBecause === undefined
    ? client.getChannel().getConnectivityState(false)
    : connectivityState.SHUTDOWN;
}

const same = (bytes: Buffer): Buffer => bytes;

/**
 * grpc-js keeps the stack of whoever makes a call, to add it to the call's error: 4 % of the sidecar's CPU, for a stack that is
 * the same for all calls and that nobody sees. What is thrown instead of a call being made gets a stack here.
 * https://github.com/grpc/grpc-node/blob/%40grpc/grpc-js%401.14.0/packages/grpc-js/src/client.ts
 */
function withoutStack<Made>(make: () => Made): Made {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } catch (thrown) {
    Error.stackTraceLimit = stackTraceLimit;
    if (thrown instanceof Error) {
      Error.captureStackTrace(thrown);
    }
    throw thrown;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
