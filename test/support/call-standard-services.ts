import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { protoPath as healthProtoPath } from 'grpc-health-check';

const reflectionProtoPath = createRequire(import.meta.url).resolve(
  '@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
);

/** Asks grpc.health.v1 once. */
export function checkHealth(t: TestContext, address: string, service: string): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = methodOf(
    healthProtoPath,
    'grpc.health.v1.Health',
    'Check',
  );
  return new Promise((resolve, reject) => {
    openClient(t, address).makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { service },
      (error, response) => (error === null ? resolve(response) : reject(error)),
    );
  });
}

/** Names of the services that reflection lists. */
export async function listServices(t: TestContext, address: string, metadata = new Metadata()) {
  const { path, requestSerialize, responseDeserialize } = methodOf(
    reflectionProtoPath,
    'grpc.reflection.v1.ServerReflection',
    'ServerReflectionInfo',
  );
  const stream = openClient(t, address).makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    metadata,
  );
  const response = await new Promise<ListedServices>((resolve, reject) => {
    stream.on('data', resolve).on('error', reject);
    stream.end({ list_services: '' });
  });
  return response.list_services_response?.service.map(({ name }) => name).sort();
}

interface ListedServices {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
}

/** A client of any service, closed at the test's end. */
export function openClient(t: TestContext, address: string): Client {
  const client = new Client(address, credentials.createInsecure());
  t.after(() => client.close());
  return client;
}

/** The definition of one method of a .proto file. */
export function methodOf(
  protoPath: string,
  service: string,
  method: string,
): MethodDefinition<object, object> {
  const methods = loadSync(protoPath, { keepCase: true, enums: String })[service] as
    | Record<string, MethodDefinition<object, object>>
    | undefined;
  const definition = methods?.[method];
  if (definition === undefined) {
    throw new Error(`${protoPath} has no ${service}/${method}`);
  }
  return definition;
}
