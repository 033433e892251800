import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus } from '@grpc/grpc-js';
import type { Environment } from '../../../src/common/settings.js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { callDriver, failureOf } from '../../support/call-driver.js';
import { isAlive, shortLease, startLeasedServer } from '../../support/start-leased-server.js';
import { startLeasesApi } from '../../support/start-leases-api.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { containerRequest } from '../program-engine/fixtures.js';

const service = 'kfp.driver.v1.DriverService';

/** Two servers, the first of which holds the Lease. */
async function startPair(t: TestContext, firstDriverMs: number, times: Environment = {}) {
  const api = await startLeasesApi(t);
  const proxy = await startTcpProxy(api.port);
  t.after(() => proxy.close());
  const first = await startLeasedServer(t, `http://${proxy.address}`, firstDriverMs, times);
  await until(async () => (await first.health(service)) === 'SERVING');
  const second = await startLeasedServer(t, api.url, 0, times);
  await until(() => second.messages().includes('waits for the lease, and drives nothing'));
  return { api, proxy, first, second };
}

type Pair = Awaited<ReturnType<typeof startPair>>;

/** Begins a call at the first server, and waits until its driver runs. */
async function beginCall({ first }: Pair) {
  const failure = failureOf(callDriver(first.connect(), containerRequest()));
  // Whoever awaits it does so later.
  failure.catch(() => {});
  await until(() => first.drivers().length === 1);
  return { failure, driver: first.drivers()[0] ?? 0 };
}

async function refusalOf(server: Pair['first']) {
  const refused = await failureOf(callDriver(server.connect(), containerRequest({ request_id: 'another' })));
  return { code: refused.code, details: refused.details, ...readStatusDetails(refused.metadata) };
}

test('of two servers one drives; the other is not serving, refuses calls as not driven, and is live and ready', async (t) => {
  const { first, second } = await startPair(t, 0);
  await callDriver(first.connect(), containerRequest());
  const { code, details, errorInfo, retryDelayMs } = await refusalOf(second);

  assert.equal(code, grpcStatus.UNAVAILABLE);
  assert.match(
    details,
    /^this server waits for the Lease driver, which \S+_[-0-9a-f]{36} holds; nothing was driven$/,
  );
  assert.equal(errorInfo?.reason, 'LEASE_NOT_HELD');
  assert.equal(errorInfo?.metadata['retry'], 'safe');
  assert.equal(retryDelayMs, 25);
  assert.deepEqual([first.effects(), second.effects(), second.drivers().length], [1, 0, 0]);
  const names = ['', service, 'readiness', 'liveness'];
  assert.deepEqual(
    await Promise.all(names.map(first.health)),
    names.map(() => 'SERVING'),
  );
  assert.deepEqual(await Promise.all(names.map(second.health)), [
    ...['NOT_SERVING', 'NOT_SERVING'],
    ...['SERVING', 'SERVING'],
  ]);
});

test('a server that ends gives the lease back once its last driver has answered, and the other drives at once', async (t) => {
  const { api, first, second } = await startPair(t, 1_500);
  const answer = callDriver(first.connect(), containerRequest());
  await until(() => first.drivers().length === 1);
  first.kill('SIGTERM');
  await until(() => first.messages().includes('ending'));
  // While it still drives, neither takes anything new.
  const refusals = [await refusalOf(first), await refusalOf(second)];
  const holdersThen = api.holders.length;

  await answer;
  await until(async () => (await second.health(service)) === 'SERVING');
  await callDriver(second.connect(), containerRequest({ request_id: 'another' }));

  assert.deepEqual(
    refusals.map(({ errorInfo }) => errorInfo?.reason),
    ['SERVER_ENDING', 'LEASE_NOT_HELD'],
  );
  assert.equal(holdersThen, 1);
  assert.equal(api.holders.length, 3);
  assert.equal(api.holders[1], undefined);
  assert.deepEqual(await first.ended, [0, null]);
  assert.deepEqual([first.effects(), second.effects()], [1, 1]);
});

test('a server that is killed leaves no driver behind, and the other drives when the lease is over', async (t) => {
  const pair = await startPair(t, 60_000, shortLease);
  const { first, second } = pair;
  const { driver } = await beginCall(pair);
  assert.ok(isAlive(driver));
  first.kill('SIGKILL');
  await until(() => !isAlive(driver));
  assert.deepEqual((await refusalOf(second)).errorInfo?.reason, 'LEASE_NOT_HELD');
  await until(async () => (await second.health(service)) === 'SERVING');
  await callDriver(second.connect(), containerRequest());
  assert.deepEqual([first.effects(), second.effects()], [0, 1]);
});

test('a server that is stopped has its driver killed before the other drives, and drives nothing when it goes on', async (t) => {
  const pair = await startPair(t, 6_000, shortLease);
  const { api, first, second } = pair;
  const { failure, driver } = await beginCall(pair);
  first.kill('SIGSTOP');
  await until(() => api.holders.length === 2);
  assert.equal(isAlive(driver), false);
  await callDriver(second.connect(), containerRequest());

  first.kill('SIGCONT');
  const failed = await failure;
  assert.equal(failed.code, grpcStatus.ABORTED);
  assert.equal((await refusalOf(first)).errorInfo?.reason, 'LEASE_NOT_HELD');
  await until(() => first.messages().includes('lost the lease, and ends what it drives'));
  await until(() =>
    first.messages().includes('drivers were killed, because this server was stopped for too long'),
  );
  assert.equal(await first.health(''), 'NOT_SERVING');
  assert.equal(await second.health(service), 'SERVING');
  assert.deepEqual([first.effects(), second.effects(), api.holders.length], [0, 1, 2]);
});

test('a server that cannot reach Kubernetes ends its driver and its call before the other drives, and waits after', async (t) => {
  const pair = await startPair(t, 60_000, shortLease);
  const { api, proxy, first, second } = pair;
  const { failure, driver } = await beginCall(pair);
  proxy.mode = 'frozen';
  const failed = await failure;
  const heldThen = api.holders.length;
  const { errorInfo } = readStatusDetails(failed.metadata);
  assert.deepEqual([failed.code, errorInfo?.reason], [grpcStatus.ABORTED, 'LEASE_LOST']);
  assert.equal(isAlive(driver), false);
  assert.equal(heldThen, 1);
  await until(async () => (await second.health(service)) === 'SERVING');
  // It cannot take over from anybody: not ready for Kubernetes, but alive.
  await until(async () => (await first.health('readiness')) === 'NOT_SERVING');
  assert.equal(await first.health('liveness'), 'SERVING');

  proxy.mode = 'forward';
  proxy.cut();
  await until(async () => (await first.health('readiness')) === 'SERVING');
  assert.equal(await first.health(service), 'NOT_SERVING');
  assert.equal((await refusalOf(first)).errorInfo?.reason, 'LEASE_NOT_HELD');
  await callDriver(second.connect(), containerRequest());
  assert.deepEqual([first.effects(), second.effects(), api.holders.length], [0, 1, 2]);
});

test('a server without the right to its lease drives nothing, is not ready, and says which right it lacks', async (t) => {
  const api = await startLeasesApi(t);
  api.refuseWith = 403;
  const server = await startLeasedServer(t, api.url);
  await until(async () => (await server.health('readiness')) === 'NOT_SERVING');
  assert.equal((await refusalOf(server)).errorInfo?.reason, 'LEASE_NOT_HELD');
  const line = server.log.find(({ message }) => message === 'the lease can neither be renewed nor taken now');
  assert.equal(
    line?.['reason'],
    'Kubernetes forbids to get the Lease kubeflow/driver (403): give the service account get, update and watch on it',
  );
  api.refuseWith = undefined;
  await until(async () => (await server.health(service)) === 'SERVING');
  await callDriver(server.connect(), containerRequest());
});
