import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus, Metadata } from '@grpc/grpc-js';
import { authenticateByToken } from '../../../src/server/grpc/authenticate.js';
import { inClusterApi } from '../../../src/server/kubernetes/kubernetes-api.js';
import { tokenFromSecret } from '../../../src/server/kubernetes/token-secret.js';
import { callDriver, failureOf } from '../../support/call-driver.js';
import { collectLog } from '../../support/collect-log.js';
import { putSecret, startSecretsApi } from '../../support/secrets-api.js';
import { aRequest, startServer } from '../../support/start-server.js';

const place = { namespace: 'kubeflow', secret: 'token', key: 'token' };
const times = { attempts: 1, pauseMs: 0, maxAgeMs: 60_000, minAgeMs: 60_000 };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const given = { token: base64('given-token') };

type SecretsApi = Awaited<ReturnType<typeof startSecretsApi>>;

const methodsOf = ({ world }: SecretsApi) => world.requests.map(({ method }) => method);
const storedToken = ({ world }: SecretsApi) =>
  Buffer.from(world.secret?.data?.['token'] ?? '', 'base64').toString();

test('an empty Secret is filled with 32 random bytes as base64url, and keeps all else that it has', async (t) => {
  const kubernetes = await startSecretsApi(t, { data: { other: base64('kept') } });
  const logger = collectLog();
  const source = await tokenFromSecret(kubernetes.api, place, logger, times);
  const token = await source.read();
  assert.match(token, /^[\w-]{43}$/);
  assert.equal(storedToken(kubernetes), token);
  const { secret, requests } = kubernetes.world;
  assert.equal(secret?.data?.['other'], base64('kept'));
  assert.deepEqual(secret?.metadata, {
    name: 'token',
    namespace: 'kubeflow',
    resourceVersion: '2',
    labels: { team: 'ml' },
  });
  assert.deepEqual(
    requests.map(({ method, path, authorization }) => `${method} ${path} ${authorization}`),
    ['GET', 'PUT'].map((method) => `${method} /api/v1/namespaces/kubeflow/secrets/token Bearer account-1`),
  );
  assert.doesNotMatch(JSON.stringify(logger.lines), RegExp(token));
});

test('a Secret without any data is filled too, and every server makes another token', async (t) => {
  const [first, second] = [await startSecretsApi(t), await startSecretsApi(t)];
  for (const kubernetes of [first, second]) {
    await tokenFromSecret(kubernetes.api, place, collectLog(), times);
  }
  assert.notEqual(storedToken(first), storedToken(second));
});

test('a token that is there is taken as it is, and nothing is written', async (t) => {
  const kubernetes = await startSecretsApi(t, { data: given });
  const source = await tokenFromSecret(kubernetes.api, place, collectLog(), times);
  assert.equal(await source.read(), 'given-token');
  assert.deepEqual(methodsOf(kubernetes), ['GET']);
});

test('a server that is second to fill the Secret takes the token of the first', async (t) => {
  const kubernetes = await startSecretsApi(t);
  const { world } = kubernetes;
  world.beforePut = () => {
    world.secret = world.secret && putSecret(world.secret, given);
  };
  const source = await tokenFromSecret(kubernetes.api, place, collectLog(), times);
  assert.equal(await source.read(), 'given-token');
  assert.deepEqual(methodsOf(kubernetes), ['GET', 'PUT', 'GET']);
});

const faults: readonly { what: string; failures: readonly number[]; sentence: RegExp }[] = [
  {
    what: 'an absent Secret',
    failures: [404],
    sentence: /"token" of kubeflow does not exist: make it without data/,
  },
  {
    what: 'a forbidden one',
    failures: [403],
    sentence: /may not be read: give the service account get and update/,
  },
  {
    what: 'one that is read-only',
    failures: [],
    sentence: /may not be written: give the service account get and update/,
  },
  { what: 'an immutable one', failures: [], sentence: /cannot be filled: is it immutable/ },
];
const putFailures = new Map([
  ['one that is read-only', 403],
  ['an immutable one', 422],
]);
for (const { what, failures, sentence } of faults) {
  test(`${what} is told in one sentence, at once`, async (t) => {
    const kubernetes = await startSecretsApi(t);
    kubernetes.world.failures.push(...failures);
    kubernetes.world.beforePut = () => kubernetes.world.failures.push(putFailures.get(what) ?? 500);
    const attempt = tokenFromSecret(kubernetes.api, place, collectLog(), { ...times, attempts: 3 });
    await assert.rejects(attempt, { status: 'FAILED_PRECONDITION', message: sentence });
    assert.deepEqual(methodsOf(kubernetes), failures.length > 0 ? ['GET'] : ['GET', 'PUT']);
  });
}

test('trouble of Kubernetes itself is waited out at start', async (t) => {
  const kubernetes = await startSecretsApi(t, { data: given });
  kubernetes.world.failures.push(500, 503, 429);
  const source = await tokenFromSecret(kubernetes.api, place, collectLog(), { ...times, attempts: 4 });
  assert.equal(await source.read(), 'given-token');
});

test('the account of the pod is read anew for each request, because its token rotates', async (t) => {
  const kubernetes = await startSecretsApi(t);
  await kubernetes.api.request('GET', '/first');
  writeFileSync(join(kubernetes.folder, 'token'), 'account-2');
  await kubernetes.api.request('GET', '/second');
  assert.deepEqual(
    kubernetes.world.requests.map(({ authorization }) => authorization),
    ['Bearer account-1', 'Bearer account-2'],
  );
});

test("a server that the cluster's CA has not signed gets no request", async (t) => {
  const kubernetes = await startSecretsApi(t, { data: given, certificate: 'stranger' });
  const attempt = tokenFromSecret(kubernetes.api, place, collectLog(), times);
  await assert.rejects(attempt, {
    status: 'UNAVAILABLE',
    message: 'Kubernetes does not answer this service account',
  });
  assert.deepEqual(kubernetes.world.requests, []);
});

test('outside of a cluster it says so', () => {
  assert.throws(() => inClusterApi({}), {
    message: /KUBERNETES_SERVICE_HOST .* this is no pod of a cluster/,
  });
});

async function startGuarded(t: TestContext, kubernetes: SecretsApi, minAgeMs: number) {
  const logger = collectLog();
  const source = await tokenFromSecret(kubernetes.api, place, logger, { ...times, minAgeMs });
  const server = await startServer(t, async () => ({ response: { execution_id: '1' } }), {
    authenticate: authenticateByToken(source),
  });
  const call = (token: string, request_id: string) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    return callDriver(server.client, aRequest({ request_id }), {}, metadata);
  };
  return { ...server, call, logger };
}

test('who brings the token of the Secret is let in, who brings another drives nothing', async (t) => {
  const kubernetes = await startSecretsApi(t);
  const { call, drives, lines, logger } = await startGuarded(t, kubernetes, 0);
  const refused = await failureOf(call('other', 'request-1'));
  assert.equal(refused.code, grpcStatus.UNAUTHENTICATED);
  assert.equal(drives.length, 0);
  await call(storedToken(kubernetes), 'request-1');
  assert.equal(drives.length, 1);
  const token = storedToken(kubernetes);
  assert.doesNotMatch(JSON.stringify([lines, logger.lines, refused.details]), RegExp(token));
});

test('a token that changes is taken from the first caller who brings it, and the old one no more', async (t) => {
  const kubernetes = await startSecretsApi(t, { data: given });
  const { world } = kubernetes;
  const { call } = await startGuarded(t, kubernetes, 0);
  await call('given-token', 'request-1');
  world.secret = world.secret && putSecret(world.secret, { token: base64('new-token') });
  await call('new-token', 'request-2');
  assert.equal((await failureOf(call('given-token', 'request-3'))).code, grpcStatus.UNAUTHENTICATED);
});

test('callers with wrong tokens cannot have the Secret read over and over', async (t) => {
  const kubernetes = await startSecretsApi(t, { data: given });
  const { call } = await startGuarded(t, kubernetes, 60_000);
  for (const request of ['request-1', 'request-2', 'request-3']) {
    await failureOf(call('other', request));
  }
  assert.deepEqual(methodsOf(kubernetes), ['GET']);
});

test('while Kubernetes is away the last token stays good', async (t) => {
  const kubernetes = await startSecretsApi(t, { data: given });
  const { call, drives, logger } = await startGuarded(t, kubernetes, 0);
  kubernetes.world.failures.push(500);
  assert.equal((await failureOf(call('other', 'request-1'))).code, grpcStatus.UNAUTHENTICATED);
  await call('given-token', 'request-2');
  assert.equal(drives.length, 1);
  assert.equal(logger.lines.filter(({ message }) => message === 'the token cannot be read again').length, 1);
});
