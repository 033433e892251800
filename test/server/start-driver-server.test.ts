import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus, type Server, ServerCredentials, type ServiceError } from '@grpc/grpc-js';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';
import { readStatusDetails } from '../../src/contract/status-details.js';
import { StatusError } from '../../src/contract/status-error.js';
import type { DriveContext } from '../../src/server/engine.js';
import { createMemoryLedger } from '../../src/server/ledger/memory-ledger.js';
import { listen } from '../../src/server/listen.js';
import { startDriverServer } from '../../src/server/start-driver-server.js';
import { callDriver, createTestClient, startCall } from '../support/call-driver.js';
import { checkHealth, methodOf, openClient } from '../support/call-standard-services.js';
import { collectLog } from '../support/collect-log.js';
import { connectRaw } from '../support/raw-calls.js';
import { aRequest, createGate, startServer, until } from '../support/start-server.js';

const serviceName = 'kfp.driver.v1.DriverService';
const answer = async () => ({ response: { execution_id: '7' } });
const refusalOf = (call: Promise<unknown>): Promise<ServiceError> =>
  call.then(
    () => assert.fail('the call was answered'),
    (error) => error,
  );

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);
const skip = hasIpv6 ? false : 'this machine has no IPv6';

for (const service of ['', serviceName]) {
  test(`health says SERVING for "${service}"`, async (t) => {
    const { address } = await startServer(t, answer);
    assert.deepEqual(await checkHealth(t, address, service), { status: 'SERVING' });
  });
}

test('health says NOT_SERVING while the engine cannot drive, and SERVING when it can again', async (t) => {
  let outage: string | undefined = 'ML Metadata is away';
  const { address, lines } = await startServer(t, answer, { outage: () => outage });
  assert.deepEqual(await checkHealth(t, address, serviceName), { status: 'NOT_SERVING' });
  // A probe that followed an outage would take the server out of its name, or restart it for nothing.
  assert.deepEqual(await checkHealth(t, address, ''), { status: 'SERVING' });
  outage = undefined;
  await until(() => lines.some(({ message }) => message === 'can drive again'));
  assert.deepEqual(await checkHealth(t, address, serviceName), { status: 'SERVING' });
});

test('health tells of an outage as soon as the engine knows of it, not with the next second', async (t) => {
  let outage: string | undefined;
  const { address, begin } = await startServer(t, answer, {
    outage: () => outage,
    begin: async () => {
      outage = 'ML Metadata is away';
      // Before health looks by itself.
      setImmediate(() => {
        outage = undefined;
      });
    },
  });
  const statuses = watchHealth(t, address);
  await until(() => statuses.length === 1);
  begin();
  await until(() => statuses.length >= 2);
  assert.deepEqual(statuses.slice(0, 2), ['SERVING', 'NOT_SERVING']);
});

test('a drain says NOT_SERVING, drives nothing new, and lets what is running finish for all who ask', async (t) => {
  const gate = createGate();
  const { address, client, drives, drain } = await startServer(t, async () => {
    await gate.opened;
    return { response: { execution_id: '7' } };
  });
  const statuses = watchHealth(t, address);
  await until(() => statuses.length === 1);
  const running = callDriver(client, aRequest());
  await until(() => drives.length === 1);

  const drained = drain(10_000);
  await until(() => statuses.length === 2);
  const late = createTestClient(address);
  t.after(() => late.close());
  const other = aRequest({ request_id: 'another' });
  assert.equal((await refusalOf(callDriver(late, other))).code, grpcStatus.UNAVAILABLE);
  const repeat = callDriver(late, aRequest());
  await until(() => drives[0]?.[1].joined() === true);
  gate.open();

  assert.deepEqual([await running, await repeat], [{ execution_id: '7' }, { execution_id: '7' }]);
  await drained;
  assert.deepEqual(statuses, ['SERVING', 'NOT_SERVING']);
  assert.equal(drives.length, 1);
});

test('a drain waits for a drive whose client went away', async (t) => {
  const gate = createGate();
  let finished = false;
  const { client, drives, drain } = await startServer(t, async () => {
    await gate.opened;
    finished = true;
    return { response: {} };
  });
  const call = startCall(client, aRequest());
  await until(() => drives.length === 1);
  call.cancel();
  await refusalOf(call.answer);
  const drained = drain(10_000).then(() => finished);
  gate.open();
  assert.equal(await drained, true);
});

test('what is still running after the grace is aborted, and its caller is told', async (t) => {
  const { client, drives, drain } = await startServer(
    t,
    (_request, { signal }: DriveContext) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new StatusError('ABORTED', 'the server ends')));
      }),
  );
  const running = refusalOf(callDriver(client, aRequest()));
  await until(() => drives.length === 1);
  await drain(0);
  assert.equal((await running).code, grpcStatus.ABORTED);
});

test('a call whose request has not arrived by the end of the grace is told that nothing was driven', async (t) => {
  const { address, drives, drain } = await startServer(t, answer);
  const { path } = driverServiceOf(loadContract()).service.Execute;
  const bytes = (message: Buffer) => message;
  const upload = new Promise<ServiceError>((resolve) => {
    const call = openClient(t, address).makeClientStreamRequest(path, bytes, bytes, (error) => {
      if (error !== null) {
        resolve(error);
      }
    });
    call.on('error', () => {});
  });
  // A later call on the same server: once it is answered, the first one has arrived as well.
  await checkHealth(t, address, '');
  await drain(0);
  const { code, metadata } = await upload;
  assert.equal(code, grpcStatus.UNAVAILABLE);
  const { errorInfo, retryDelayMs } = readStatusDetails(metadata);
  assert.deepEqual([errorInfo?.reason, errorInfo?.metadata['retry']], ['SERVER_ENDING', 'safe']);
  assert.equal(retryDelayMs, 1_000);
  assert.equal(drives.length, 0);
});

test('a stream without a request does not hold a drain', async (t) => {
  const { address, client, drain } = await startServer(t, answer);
  const silent = connectRaw(t, address).open();
  await checkHealth(t, address, '');
  await callDriver(client, aRequest());
  // The test's own time would pass before this grace does.
  await drain(3_600_000);
  assert.equal(await silent.status, grpcStatus.UNAVAILABLE);
});

test('"::" is every address, those of IPv4 too', { skip }, async (t) => {
  const { address } = await startServer(t, answer, { host: '::' });
  const port = address.split(':').at(-1);
  for (const host of ['127.0.0.1', '[::1]']) {
    const client = createTestClient(`${host}:${port}`);
    t.after(() => client.close());
    assert.deepEqual(await callDriver(client, aRequest()), { execution_id: '7' });
  }
});

test('where IPv6 is switched off, "::" is every address of IPv4', async () => {
  const asked: string[] = [];
  const bindAsync: Server['bindAsync'] = (address, _credentials, callback) => {
    asked.push(address);
    const failure = new Error(
      'No address added out of total 1 resolved errors: [listen EAFNOSUPPORT :::9000]',
    );
    callback(address.startsWith('[::]') ? failure : null, 9000);
  };
  const credentials = ServerCredentials.createInsecure();
  assert.equal(await listen({ bindAsync }, '::', 0, credentials), '0.0.0.0:9000');
  assert.deepEqual(asked, ['[::]:0', '0.0.0.0:0']);
});

test('a drive that does not end when it must is answered all the same, as one that may have written', async (t) => {
  const gate = createGate();
  const { client, drives, drain } = await startServer(t, async () => {
    await gate.opened;
    return { response: {} };
  });
  const running = refusalOf(callDriver(client, aRequest()));
  await until(() => drives.length === 1);
  await drain(0);
  const { code, metadata } = await running;
  assert.equal(code, grpcStatus.ABORTED);
  assert.equal(readStatusDetails(metadata).errorInfo?.metadata['retry'], 'unsafe');
  gate.open();
});

test('a drain closes the engine last', async () => {
  const events: string[] = [];
  const logger = collectLog();
  const server = await startDriverServer({
    engine: { name: 'test', drive: answer, close: async () => void events.push('closed') },
    ledger: createMemoryLedger(logger),
    logger,
    host: '127.0.0.1',
    port: 0,
  });
  await server.drain(0);
  assert.deepEqual(events, ['closed']);
});

test('a server on an address that is taken does not start', async (t) => {
  const { address } = await startServer(t, answer);
  const logger = collectLog();
  const engine = { name: 'test', drive: answer, close: async () => {} };
  const port = Number(address.split(':')[1]);
  const taken = { engine, ledger: createMemoryLedger(logger), logger, host: '127.0.0.1', port };
  await assert.rejects(startDriverServer(taken), /EADDRINUSE/);
});

test('a server listens on IPv6 and names its address as gRPC writes it', { skip }, async () => {
  const logger = collectLog();
  const engine = { name: 'test', drive: answer, close: async () => {} };
  const parts = { engine, ledger: createMemoryLedger(logger), logger, host: '::1', port: 0 };
  const server = await startDriverServer(parts);
  const client = createTestClient(server.address);
  assert.deepEqual(await callDriver(client, aRequest()), { execution_id: '7' });
  client.close();
  await server.drain(0);
});

for (const version of ['v1', 'v1alpha']) {
  test(`reflection ${version} serves the contract with its comments and options`, async (t) => {
    const { address } = await startServer(t, answer);
    const file = descriptor.FileDescriptorProto.decode(await reflect(t, address, version)).toJSON();

    const service = file['service'][0];
    assert.equal(file['package'], 'kfp.driver.v1');
    assert.equal(service.method[0].options.idempotencyLevel, 'IDEMPOTENT');
    const comments = JSON.stringify(file['sourceCodeInfo']);
    assert.match(comments, /DriverService runs Kubeflow Pipelines \(KFP\) drivers/);
    assert.match(comments, /Idempotent by request_id/);
    assert.match(comments, /Absent is not 0: it was not set/);
    const request = file['messageType'].find(({ name }: { name: string }) => name === 'ExecuteRequest');
    const field = request.field.find(({ name }: { name: string }) => name === 'dag_execution_id');
    assert.equal(field.proto3Optional, true);
  });
}

test('reflection describes grpc.health.v1 with its map as protoc writes it', async (t) => {
  const { address } = await startServer(t, answer);
  const bytes = await reflect(t, address, 'v1', 'grpc.health.v1.Health');
  const file = descriptor.FileDescriptorProto.decode(bytes).toJSON();
  const list = file['messageType'].find(({ name }: { name: string }) => name === 'HealthListResponse');
  assert.deepEqual(list.nestedType[0].options, { mapEntry: true });
});

/** Statuses as Watch tells them, growing. */
function watchHealth(t: TestContext, address: string): unknown[] {
  const { path, requestSerialize, responseDeserialize } = methodOf(
    healthProtoPath,
    'grpc.health.v1.Health',
    'Watch',
  );
  const statuses: unknown[] = [];
  openClient(t, address)
    .makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: serviceName })
    .on('data', ({ status }: { status: unknown }) => statuses.push(status))
    .on('error', () => {});
  return statuses;
}

/** The file that holds the service, as a reflection client gets it. */
async function reflect(
  t: TestContext,
  address: string,
  version: string,
  symbol = serviceName,
): Promise<Uint8Array> {
  const protoPath = createRequire(import.meta.url).resolve(
    `@grpc/reflection/build/proto/grpc/reflection/${version}/reflection.proto`,
  );
  const { path, requestSerialize, responseDeserialize } = methodOf(
    protoPath,
    `grpc.reflection.${version}.ServerReflection`,
    'ServerReflectionInfo',
  );
  const stream = openClient(t, address).makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  const response = await new Promise<ReflectionResponse>((resolve, reject) => {
    stream.on('data', resolve).on('error', reject);
    stream.end({ file_containing_symbol: symbol });
  });
  return response.file_descriptor_response?.file_descriptor_proto[0] ?? assert.fail();
}

interface ReflectionResponse {
  file_descriptor_response?: { file_descriptor_proto: Uint8Array[] };
}
