import {
  type ChannelCredentials,
  type ChannelOptions,
  type Client,
  status as grpcStatus,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { ExecuteRequest } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { driverServiceOf, loadContract } from '../contract/service-definition.js';
import { readStatusDetails } from '../contract/status-details.js';
import { type Status, StatusError } from '../contract/status-error.js';

/** Calls the driver server over one kept channel. */
export interface DriverClient {
  /** One call with a deadline. Resolves with the answer or rejects with a StatusError. */
  execute(request: ExecuteRequest, timeoutMs: number): Promise<ExecuteResponse__Output>;
  /** Cancels what is in flight and closes the channel. */
  close(): void;
}

export interface DriverClientOptions {
  readonly target: string;
  readonly credentials: ChannelCredentials;
  readonly maxMessageBytes: number;
}

/** Creates the client; it connects with the first call, so that a dead server never keeps the sidecar from starting. */
export function createDriverClient(options: DriverClientOptions): DriverClient {
  const DriverService = driverServiceOf(loadContract());
  const client = new DriverService(options.target, options.credentials, channelOptions(options));
  return {
    execute: (request, timeoutMs) => execute(client, request, timeoutMs),
    close: () => client.close(),
  };
}

function channelOptions({ maxMessageBytes }: DriverClientOptions): ChannelOptions {
  return {
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.max_receive_message_length': maxMessageBytes,
    // Re-sending is this project's own: it must know how often the driver was asked.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
  };
}

type DriverServiceClient = Client & InstanceType<ReturnType<typeof driverServiceOf>>;

function execute(
  client: DriverServiceClient,
  request: ExecuteRequest,
  timeoutMs: number,
): Promise<ExecuteResponse__Output> {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + timeoutMs;
    client.execute(request, new Metadata(), { deadline }, (error, response) => {
      if (error) reject(toStatusError(error));
      else if (response === undefined)
        reject(new StatusError('INTERNAL', 'the driver server sent no message'));
      else resolve(response);
    });
  });
}

function toStatusError(error: ServiceError): StatusError {
  const status = (grpcStatus[error.code] ?? 'UNKNOWN') as Status;
  return new StatusError(status, error.details, { details: readStatusDetails(error.metadata) });
}
