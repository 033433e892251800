import { type Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import type { DriverServiceHandlers } from '../../src/contract/generated/kfp/driver/v1/DriverService.js';
import type { ExecuteRequest__Output } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';
import { toStatusResponse } from '../../src/server/grpc/to-status-response.js';

/** What one call is to the driver beside its request. */
export interface DriverCall {
  readonly metadata: Metadata;
  /** Epoch milliseconds; Infinity without a deadline. */
  readonly deadlineMs: number;
  /** True once the client has cancelled, gone away or run out of its deadline. */
  readonly cancelled: () => boolean;
}

/** What a test's driver does with a request: an answer, or a StatusError (with details) thrown or rejected. */
export type Drive = (
  request: ExecuteRequest__Output,
  call: DriverCall,
) => ExecuteResponse | Promise<ExecuteResponse>;

export interface StartedDriver {
  /** HOST:PORT */
  readonly address: string;
  readonly port: number;
  /** Every request as decoded from the wire, in the order of their arrival. */
  readonly requests: ExecuteRequest__Output[];
  /** Metadata of those calls. */
  readonly metadata: Metadata[];
  /** Deadlines of those calls, epoch milliseconds; Infinity without one. */
  readonly deadlinesMs: number[];
  /** Ends the server and every connection at once. */
  close(): void;
}

/**
 * Starts a real gRPC server for DriverService on 127.0.0.1 that answers with `drive` and records what it saw. It
 * keeps no request_id: `drive` sees every call. `port` 0 is any, another one starts a server anew where it was.
 */
export async function startDriver(
  drive: Drive,
  { port = 0, credentials = ServerCredentials.createInsecure() } = {},
): Promise<StartedDriver> {
  const server = new Server({
    'grpc.max_receive_message_length': 16 << 20,
    'grpc.max_send_message_length': 16 << 20,
  });
  const requests: ExecuteRequest__Output[] = [];
  const metadata: Metadata[] = [];
  const deadlinesMs: number[] = [];
  const handlers: DriverServiceHandlers = {
    Execute: (call, callback) => {
      const deadlineMs = Number(call.getDeadline());
      requests.push(call.request);
      metadata.push(call.metadata);
      deadlinesMs.push(deadlineMs);
      Promise.resolve()
        .then(() =>
          drive(call.request, { metadata: call.metadata, deadlineMs, cancelled: () => call.cancelled }),
        )
        .then(
          (response) => callback(null, response),
          (thrown: unknown) => callback(toStatusResponse(thrown)),
        );
    },
  };
  server.addService(driverServiceOf(loadContract()).service, handlers);
  const boundPort = await bind(server, port, credentials);
  const close = () => server.forceShutdown();
  return { address: `127.0.0.1:${boundPort}`, port: boundPort, requests, metadata, deadlinesMs, close };
}

function bind(server: Server, port: number, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, boundPort) =>
      error === null ? resolve(boundPort) : reject(error),
    );
  });
}
