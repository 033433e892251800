import type { Metadata } from '@grpc/grpc-js';
import type { Clock } from '../common/clock.js';
import type { ExecuteRequest } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { driverServiceOf, loadContract } from '../contract/service-definition.js';
import { StatusError } from '../contract/status-error.js';
import { toTraceparent, traceContextOf, traceparentKey } from '../contract/trace-context.js';
import { notMade } from './call-error.js';
import { type DriverChannelOptions, toChannelOptions } from './channel-options.js';
import type { DriverCredentials } from './driver-credentials.js';
import { KeptChannel } from './kept-channel.js';
import { type CallResult, type DriverCall, failedCall, startUnaryCall } from './unary-call.js';

/** Calls the driver server over one kept channel. */
export interface DriverClient {
  /** Begins one call with a deadline. */
  execute(request: ExecuteRequest, timeoutMs: number): DriverCall;
  /** Cancels what is in flight and closes the channel. */
  close(): void;
}

export interface DriverClientOptions extends DriverChannelOptions {
  readonly target: string;
  readonly credentials: DriverCredentials;
  /** Metadata of each call, the bearer token for one. Throws a StatusError while there is none to be had. */
  readonly callMetadata: () => Metadata;
  readonly maxSendBytes: number;
  /** After so long without a connection the channel is made anew: a peer may accept TCP and never speak HTTP/2. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  /** Told when that has happened. */
  readonly onStuck: () => void;
  /** Told how each call ended that was made, but for those under which this side closed the channel. */
  readonly onEnded?: (result: CallResult) => void;
}

/** Creates the client; it connects with the first call, so that a dead server never keeps the sidecar from starting. */
export function createDriverClient(options: DriverClientOptions): DriverClient {
  const { target, credentials, callMetadata, maxSendBytes } = options;
  const DriverService = driverServiceOf(loadContract());
  const { path, requestSerialize, responseDeserialize: deserialize } = DriverService.service.Execute;
  const connect = () => new DriverService(target, credentials.current(), toChannelOptions(options));
  const channel = new KeptChannel({ ...options, connect });
  const send = (request: ExecuteRequest, timeoutMs: number): DriverCall => {
    const bytes = requestSerialize(request);
    if (bytes.length > maxSendBytes) {
      return failedCall(requestTooLarge(bytes.length, maxSendBytes));
    }
    const metadata = callMetadata();
    const { workflow, request_id: requestId } = request;
    metadata.set(traceparentKey, toTraceparent(traceContextOf(workflow?.uid ?? '', requestId ?? '')));
    if (credentials.refresh()) {
      channel.replace('its certificates were renewed');
    }
    return channel.begin((connection) =>
      startUnaryCall(connection, { path, bytes, deserialize, metadata, timeoutMs }),
    );
  };
  return {
    execute: (request, timeoutMs) => {
      try {
        return send(request, timeoutMs);
      } catch (thrown) {
        const { status, message } = StatusError.from(thrown);
        return failedCall(notMade(status, message, { what: 'the call cannot be made' }));
      }
    },
    close: () => channel.close(),
  };
}

function requestTooLarge(bytes: number, maxSendBytes: number) {
  return notMade('RESOURCE_EXHAUSTED', '', {
    tooLarge: 'request',
    what:
      `the request has ${bytes} bytes, and MAX_SEND_BYTES lets ${maxSendBytes} pass: ` +
      'raise it here and in the driver server, or make the arguments smaller',
  });
}
