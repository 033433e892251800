import {
  type CallOptions,
  type ChannelCredentials,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { DriverServiceClient } from '../../src/contract/generated/kfp/driver/v1/DriverService.js';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse__Output } from '../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';

/** A plain client of DriverService without retries, for tests of a server. The test closes it. */
export function createTestClient(
  address: string,
  channelCredentials: ChannelCredentials = credentials.createInsecure(),
): DriverServiceClient {
  return new (driverServiceOf(loadContract()))(address, channelCredentials, {
    'grpc.enable_retries': 0,
    'grpc.max_receive_message_length': 16 << 20,
  });
}

/** Calls Execute once; rejects with grpc-js's ServiceError (code, details, metadata). */
export function callDriver(
  client: DriverServiceClient,
  request: ExecuteRequest,
  options: CallOptions = {},
  metadata = new Metadata(),
): Promise<ExecuteResponse__Output> {
  return startCall(client, request, options, metadata).answer;
}

/** The error of a call that must fail. */
export async function failureOf(answer: Promise<unknown>): Promise<ServiceError> {
  return answer.then(
    () => {
      throw new Error('the call was answered');
    },
    (error) => error,
  );
}

/** As callDriver, with a hand to cancel the call. */
export function startCall(
  client: DriverServiceClient,
  request: ExecuteRequest,
  options: CallOptions = {},
  metadata = new Metadata(),
) {
  let cancel = () => {};
  const answer = new Promise<ExecuteResponse__Output>((resolve, reject) => {
    const call = client.Execute(request, metadata, options, (error, response) =>
      response === undefined ? reject(error as ServiceError) : resolve(response),
    );
    cancel = () => call.cancel();
  });
  return { answer, cancel };
}
