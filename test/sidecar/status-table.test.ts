import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type Status, StatusError } from '../../src/contract/status-error.js';
import { nodeOf, startBridge } from '../support/start-bridge.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const body = templateBody(containerArguments);

/** Statuses after which the driver is not asked again. */
const rows: { status: Status; phase: 'Failed' | 'Error' }[] = [
  { status: 'INVALID_ARGUMENT', phase: 'Failed' },
  { status: 'FAILED_PRECONDITION', phase: 'Failed' },
  { status: 'NOT_FOUND', phase: 'Failed' },
  { status: 'ALREADY_EXISTS', phase: 'Failed' },
  { status: 'OUT_OF_RANGE', phase: 'Failed' },
  { status: 'CANCELLED', phase: 'Error' },
  { status: 'UNKNOWN', phase: 'Error' },
  { status: 'PERMISSION_DENIED', phase: 'Error' },
  { status: 'UNIMPLEMENTED', phase: 'Error' },
  { status: 'INTERNAL', phase: 'Error' },
  { status: 'DATA_LOSS', phase: 'Error' },
  { status: 'UNAUTHENTICATED', phase: 'Error' },
];
for (const { status, phase } of rows) {
  test(`a driver that answers ${status} makes the node ${phase}, with the driver's own words`, async (t) => {
    const { driver, sidecar } = await startBridge(t, () => {
      throw new StatusError(status, 'the words of the driver');
    });

    const posted = await sidecar.post(body);

    const node = nodeOf(posted);
    assert.deepEqual(Object.keys(node), ['phase', 'message']);
    assert.equal(node.phase, phase);
    assert.match(node.message, new RegExp(`^${status}: .+: the words of the driver$`));
    assert.equal(driver.requests.length, 1);
    assert.equal(sidecar.log.at(-1)?.facts['status'], status);
  });
}

test('a driver without words still leaves a message', async (t) => {
  const { sidecar } = await startBridge(t, () => {
    throw new StatusError('INTERNAL', '');
  });
  assert.match(nodeOf(await sidecar.post(body)).message, /^INTERNAL: \S/);
});

test("a driver's long words of many lines become one short line", async (t) => {
  const { sidecar } = await startBridge(t, () => {
    throw new StatusError('INTERNAL', 'erste Zeile\n\tzweite\r\nZeile 🦭'.repeat(1_000));
  });

  const { message } = nodeOf(await sidecar.post(body));

  assert.ok(Buffer.byteLength(message) <= 1024);
  assert.doesNotMatch(message, /\p{Cc}|\ufffd/u);
  assert.match(message, /erste Zeile zweite Zeile 🦭.*\.\.\.$/);
});

test('every call has a deadline', async (t) => {
  const startedMs = Date.now();
  const { driver, sidecar } = await startBridge(t, undefined, { TIMEOUT_SECONDS: '30' });

  await sidecar.post(body);

  const [deadlineMs = Number.NaN] = driver.deadlinesMs;
  assert.ok(deadlineMs > startedMs && Number.isFinite(deadlineMs));
  assert.ok(deadlineMs <= Date.now() + 30_000 + 1_000);
});

test("Argo's token and headers are not sent on to the driver", async (t) => {
  const { driver, sidecar } = await startBridge(t);
  await sidecar.post(body, { 'X-Forwarded-For': '10.0.0.1' });
  const sent = JSON.stringify(driver.metadata.map((metadata) => metadata.getMap()));
  assert.doesNotMatch(sent, /abcdefghijklmnopqrstuvwxyz|authorization|forwarded/i);
});

test('a gRPC server without the DriverService makes the node Error that names what it lacks', async (t) => {
  const server = new Server();
  t.after(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const sidecar = await startTestSidecar({ DRIVER_HOST: '127.0.0.1', DRIVER_PORT: String(port) });
  t.after(sidecar.close);

  const node = nodeOf(await sidecar.post(body));

  assert.equal(node.phase, 'Error');
  assert.match(node.message, /^UNIMPLEMENTED: .*kfp\.driver\.v1\.DriverService\/Execute/);
});

test('after a failure the next task is driven as if nothing had been', async (t) => {
  const answers = [() => Promise.reject(new StatusError('INTERNAL', 'broken')), () => ({})];
  const { driver, sidecar } = await startBridge(t, () => answers.shift()?.() ?? {});

  const broken = await sidecar.post(templateBody({ ...containerArguments, task_name: 'broken' }));
  const fine = await sidecar.post(body);

  assert.deepEqual([nodeOf(broken).phase, nodeOf(fine).phase], ['Error', 'Succeeded']);
  assert.equal(driver.requests.length, 2);
});
