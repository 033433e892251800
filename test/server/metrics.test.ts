import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect as connectHttp2, constants as http2Constants } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { credentials, Metadata } from '@grpc/grpc-js';
import { serverMetrics } from '../../src/server/metrics/server-metrics.js';
import { callDriver, failureOf, startCall } from '../support/call-driver.js';
import { assertIsScrapeOf } from '../support/compare-scrape.js';
import { getAdmin, scrape, sumOf } from '../support/parse-scrape.js';
import { until } from '../support/start-server.js';
import { startServerProgram, testFolder } from '../support/start-server-program.js';
import { containerRequest, rootRequest } from './program-engine/fixtures.js';

const pem = (name: string) =>
  fileURLToPath(new URL(`../../../test/support/certificates/${name}`, import.meta.url));
const admin = { ADMIN_HOST: '127.0.0.1', ADMIN_PORT: '0' };

function adminOf({ log }: { readonly log: readonly Readonly<Record<string, unknown>>[] }): string {
  return String(log.find(({ message }) => message === 'listening')?.['adminAddress']);
}

test('a scrape has every metric of the table, but those of a Lease, and nothing else of ours', async (t) => {
  const tls = { SERVER_TLS_CERT: pem('server.pem'), SERVER_TLS_KEY: pem('server.key') };
  const server = await startServerProgram(t, { env: { ...admin, ...tls } });
  const client = server.connect(credentials.createSsl(readFileSync(pem('ca.pem'))));
  await callDriver(client, containerRequest());
  const scraped = await scrape(adminOf(server));
  const { leaseHeld, leaseTransitions, leaseLosses, leaseFault, ...withoutLease } = serverMetrics;
  assertIsScrapeOf(scraped, withoutLease);
  const begin = sumOf(scraped, 'driver_plugin_server_certificate_not_before_timestamp_seconds');
  assert.ok(begin > 0 && begin < Date.now() / 1000);
  const end = sumOf(scraped, 'driver_plugin_server_certificate_not_after_timestamp_seconds');
  assert.ok(end > Date.now() / 1000);
  assert.equal(sumOf(scraped, 'driver_plugin_server_connections'), 1);
  assert.equal(sumOf(scraped, 'driver_plugin_server_ml_metadata_up'), 1);
});

test('every call is counted once: driven, refused by its driver, by the server and at the door', async (t) => {
  const server = await startServerProgram(t, {
    env: { ...admin, SERVER_TOKEN_FILE: tokenFile(t, 'good-token'), ALLOW_UNAUTHENTICATED: 'false' },
    fake: { FAKE_DRIVER_MISBEHAVE: 'by-task' },
  });
  const client = server.connect();
  const bearer = new Metadata();
  bearer.set('authorization', 'Bearer good-token');
  const call = (request: Parameters<typeof callDriver>[1]) => callDriver(client, request, {}, bearer);
  await call(rootRequest({ request_id: 'root' }));
  await call(rootRequest({ request_id: 'root' }));
  await failureOf(call(rootRequest({ request_id: 'root', run_id: 'another' })));
  await failureOf(call(containerRequest({ request_id: 'crash', task_name: 'panic' })));
  await failureOf(call({ request_id: 'nothing' }));
  await failureOf(callDriver(client, containerRequest({ request_id: 'stranger' })));
  const scraped = await scrape(adminOf(server));
  const calls = (labels: Readonly<Record<string, string>>) =>
    sumOf(scraped, 'driver_plugin_server_calls_total', labels);
  assert.equal(calls({}), 6);
  assert.equal(calls({ type: 'ROOT_DAG', status: 'OK', reason: 'none' }), 2);
  assert.equal(calls({ type: 'ROOT_DAG', status: 'INVALID_ARGUMENT', reason: 'none' }), 1);
  assert.equal(calls({ type: 'CONTAINER', status: 'INTERNAL', reason: 'DRIVER_PANICKED' }), 1);
  assert.equal(calls({ type: 'unknown', status: 'INVALID_ARGUMENT' }), 1);
  assert.equal(calls({ type: 'unknown', status: 'UNAUTHENTICATED' }), 1);
  const runs = (labels: Readonly<Record<string, string>>) =>
    sumOf(scraped, 'driver_plugin_server_program_runs_total', labels);
  assert.equal(runs({}), 2);
  assert.equal(runs({ type: 'ROOT_DAG', reason: 'none' }), 1);
  assert.equal(runs({ type: 'CONTAINER', reason: 'DRIVER_PANICKED' }), 1);
  const repeats = (kind: string) => sumOf(scraped, 'driver_plugin_server_repeats_total', { kind });
  assert.deepEqual([repeats('joined'), repeats('replayed'), repeats('conflict')], [0, 1, 1]);
  assert.equal(sumOf(scraped, 'driver_plugin_server_call_seconds_count'), 6);
  assert.equal(sumOf(scraped, 'driver_plugin_server_queue_wait_seconds_count'), 2);
  assert.equal(sumOf(scraped, 'driver_plugin_server_ledger_entries'), 2);
});

test('a queue that is full shows in its depth and limit, and each call that it refuses is counted', async (t) => {
  const server = await startServerProgram(t, {
    env: { ...admin, MAX_PROGRAMS: '1', MAX_QUEUE: '1' },
    fake: { FAKE_DRIVER_DELAY_MS: '60000' },
  });
  const client = server.connect();
  const read = (name: string, labels = {}) =>
    scrape(adminOf(server)).then((scraped) => sumOf(scraped, `driver_plugin_server_${name}`, labels));
  const waiting = ['first', 'second'].map((request_id) =>
    startCall(client, containerRequest({ request_id })),
  );
  const joining = startCall(client, containerRequest({ request_id: 'first' }));
  await until(async () => (await read('queue_calls')) === 1 && (await read('open_calls')) === 3);
  await failureOf(callDriver(client, containerRequest({ request_id: 'third' })));
  assert.deepEqual(
    [await read('programs'), await read('programs_limit'), await read('queue_calls_limit')],
    [1, 1, 1],
  );
  assert.ok((await read('queue_bytes')) > 100);
  assert.equal(await read('calls_total', { status: 'RESOURCE_EXHAUSTED', reason: 'QUEUE_FULL' }), 1);
  assert.equal(await read('repeats_total', { kind: 'joined' }), 1);
  for (const { answer, cancel } of [...waiting, joining]) {
    cancel();
    await failureOf(answer);
  }
});

test('ML Metadata that goes away shows as down, and a call that was refused for it has the reason', async (t) => {
  const server = await startServerProgram(t, { env: admin });
  const read = (name: string, labels = {}) =>
    scrape(adminOf(server)).then((scraped) => sumOf(scraped, `driver_plugin_server_${name}`, labels));
  await until(async () => (await read('ml_metadata_answer_seconds_count')) >= 1);
  server.metadata.close();
  await until(async () => (await read('ml_metadata_up')) === 0);
  await failureOf(callDriver(server.connect(), containerRequest()));
  assert.equal(await read('calls_total', { status: 'UNAVAILABLE', reason: 'METADATA_AWAY' }), 1);
  assert.equal(await read('program_runs_total'), 0);
});

test('a server that drains stays healthy, is not ready, and says so in its metrics', async (t) => {
  const server = await startServerProgram(t, { env: { ...admin, REPEAT_GRACE_SECONDS: '60' } });
  const address = adminOf(server);
  assert.deepEqual(await getAdmin(address, '/readyz'), { httpStatus: 200, text: 'ok\n' });
  assert.equal(sumOf(await scrape(address), 'driver_plugin_server_draining'), 0);
  await callDriver(server.connect(), containerRequest());
  server.kill('SIGTERM');
  await until(async () => (await getAdmin(address, '/readyz')).httpStatus === 503);
  assert.deepEqual(await getAdmin(address, '/readyz'), {
    httpStatus: 503,
    text: 'the server is draining\n',
  });
  assert.equal((await getAdmin(address, '/healthz')).httpStatus, 200);
  assert.equal(sumOf(await scrape(address), 'driver_plugin_server_draining'), 1);
});

test('a caller that goes away before its request was read is counted as CANCELLED', async (t) => {
  const server = await startServerProgram(t, { env: admin });
  const session = connectHttp2(`http://${server.address}`);
  t.after(() => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': '/kfp.driver.v1.DriverService/Execute',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const read = (name: string, labels = {}) =>
    scrape(adminOf(server)).then((scraped) => sumOf(scraped, `driver_plugin_server_${name}`, labels));
  await until(async () => (await read('open_calls')) === 1);
  stream.close(http2Constants.NGHTTP2_CANCEL);
  await until(async () => (await read('calls_total')) === 1);
  assert.equal(await read('calls_total', { type: 'unknown', status: 'CANCELLED' }), 1);
});

test('workflows that are read from Kubernetes are counted by how that went', async (t) => {
  const answers = [404, 403, 500];
  const kubernetes = createServer((_request, response) => {
    response.writeHead(answers.shift() ?? 200).end('{}');
  });
  await new Promise<void>((resolve) => kubernetes.listen(0, '127.0.0.1', resolve));
  t.after(() => kubernetes.close());
  const { port } = kubernetes.address() as AddressInfo;
  const env = { ...admin, KUBERNETES_API: `http://127.0.0.1:${port}` };
  const server = await startServerProgram(t, { env });
  for (const request_id of ['one', 'two', 'three']) {
    const request = containerRequest({ request_id, arguments_from: 'arguments' });
    await failureOf(callDriver(server.connect(), request));
  }
  const scraped = await scrape(adminOf(server));
  const reads = (reason: string) => sumOf(scraped, 'driver_plugin_server_kubernetes_reads_total', { reason });
  assert.deepEqual(
    ['WORKFLOW_NOT_FOUND', 'WORKFLOW_UNREADABLE', 'KUBERNETES_AWAY', 'none'].map(reads),
    [1, 1, 1, 0],
  );
  assert.equal(sumOf(scraped, 'driver_plugin_server_kubernetes_read_seconds_count'), 3);
});

test('a success that is forgotten before its ten minutes are over is an eviction that broke the promise', async (t) => {
  const server = await startServerProgram(t, { env: { ...admin, MAX_LEDGER_ENTRIES: '2' } });
  const client = server.connect();
  for (const request_id of ['one', 'two', 'three']) {
    await callDriver(client, containerRequest({ request_id, task_name: request_id }));
  }
  const scraped = await scrape(adminOf(server));
  const evictions = (promise: string) =>
    sumOf(scraped, 'driver_plugin_server_ledger_evictions_total', { promise });
  assert.deepEqual([evictions('broken'), evictions('kept')], [1, 0]);
  assert.equal(sumOf(scraped, 'driver_plugin_server_ledger_entries'), 2);
});

test('with ADMIN_PORT=off there is no admin port; where it is taken the server drives without one and says so', async (t) => {
  const off = await startServerProgram(t);
  assert.equal(adminOf(off), 'undefined');
  const on = await startServerProgram(t, { env: admin });
  const { port } = new URL(adminOf(on));
  const second = await startServerProgram(t, { env: { ...admin, ADMIN_PORT: port } });
  await callDriver(second.connect(), containerRequest());
  const warning = second.log.find(({ level }) => level === 'warn');
  assert.equal(warning?.['message'], 'the admin port is taken, so there is none: set ADMIN_PORT');
  assert.equal(warning?.['adminAddress'], `127.0.0.1:${port}`);
});

function tokenFile(t: TestContext, token: string): string {
  const path = join(testFolder(t), 'token');
  writeFileSync(path, `${token}\n`);
  return path;
}
