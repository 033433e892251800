import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { credentials, status as grpcStatus, Metadata } from '@grpc/grpc-js';
import { callDriver, failureOf } from '../../support/call-driver.js';
import { checkHealth, listServices } from '../../support/call-standard-services.js';
import { startServerProgram, testFolder } from '../../support/start-server-program.js';
import { containerRequest, readJsonLines } from '../program-engine/fixtures.js';

const certificates = fileURLToPath(new URL('../../../../test/support/certificates/', import.meta.url));
const pathOf = (name: string) => join(certificates, name);
const pem = (name: string) => readFileSync(pathOf(name));
const tls = { SERVER_TLS_CERT: pathOf('server.pem'), SERVER_TLS_KEY: pathOf('server.key') };
const token = 'abcdefghijklmnop';

function bearer(text: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', text);
  return metadata;
}

async function startWithToken(t: TestContext, env: Record<string, string> = {}) {
  const folder = testFolder(t);
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${token}\n`);
  const effects = join(folder, 'effects');
  const server = await startServerProgram(t, {
    env: { SERVER_TOKEN_FILE: tokenFile, ALLOW_UNAUTHENTICATED: 'false', ...env },
    fake: { FAKE_DRIVER_EFFECTS: effects },
  });
  return { ...server, tokenFile, effects };
}

test('the right bearer is let in, also over TLS', async (t) => {
  const plain = await startWithToken(t);
  const answer = await callDriver(plain.connect(), containerRequest(), {}, bearer(`Bearer ${token}`));
  assert.equal(answer.cached, false);
  const { connect } = await startWithToken(t, tls);
  const secure = connect(credentials.createSsl(pem('ca.pem')));
  assert.equal((await callDriver(secure, containerRequest(), {}, bearer(`bearer ${token}`))).cached, false);
});

const strangers: readonly { name: string; metadata: Metadata }[] = [
  { name: 'no bearer', metadata: new Metadata() },
  { name: 'another bearer', metadata: bearer('Bearer abcdefghijklmnoq') },
  { name: 'the beginning of the bearer', metadata: bearer('Bearer abc') },
  { name: 'an empty bearer', metadata: bearer('Bearer ') },
  { name: 'the token without its scheme', metadata: bearer(token) },
];
test('everybody else is UNAUTHENTICATED before anything else, and drives nothing', async (t) => {
  const { connect, effects, log } = await startWithToken(t);
  const client = connect();
  for (const { name, metadata } of strangers) {
    // Not even a request that is wrong in every way is looked at.
    const failure = await failureOf(callDriver(client, {}, {}, metadata));
    assert.equal(failure.code, grpcStatus.UNAUTHENTICATED, name);
    assert.doesNotMatch(failure.details, RegExp(token));
  }
  assert.deepEqual(readJsonLines(effects), []);
  assert.equal(log.filter(({ message }) => message === 'refused a caller').length, strangers.length);
  assert.doesNotMatch(JSON.stringify(log), /abcdefgh/);
});

test('a token that rotates is obeyed with the next call; while there is none the server is UNAVAILABLE', async (t) => {
  const { connect, tokenFile } = await startWithToken(t);
  const client = connect();
  const codeWith = (text: string) =>
    callDriver(client, containerRequest(), {}, bearer(`Bearer ${text}`)).then(
      () => grpcStatus.OK,
      ({ code }) => code,
    );
  writeFileSync(tokenFile, 'the-next-one');
  assert.equal(await codeWith(token), grpcStatus.UNAUTHENTICATED);
  assert.equal(await codeWith('the-next-one'), grpcStatus.OK);
  writeFileSync(tokenFile, '');
  assert.equal(await codeWith('the-next-one'), grpcStatus.UNAVAILABLE);
});

test('health needs no bearer, reflection does', async (t) => {
  const { address } = await startWithToken(t);
  assert.deepEqual(await checkHealth(t, address, ''), { status: 'SERVING' });
  const failure = await failureOf(listServices(t, address));
  assert.equal(failure.code, grpcStatus.UNAUTHENTICATED);
  assert.deepEqual(await listServices(t, address, bearer(`Bearer ${token}`)), [
    'grpc.health.v1.Health',
    'kfp.driver.v1.DriverService',
  ]);
});

test('with a client CA only a certificate of it is let in', async (t) => {
  const env = { ...tls, SERVER_TLS_CLIENT_CA: pathOf('ca.pem'), ALLOW_UNAUTHENTICATED: '' };
  const { connect } = await startServerProgram(t, { env });
  const known = credentials.createSsl(pem('ca.pem'), pem('client.key'), pem('client.pem'));
  assert.equal((await callDriver(connect(known), containerRequest())).cached, false);
  const strange = [
    credentials.createSsl(pem('ca.pem')),
    credentials.createSsl(pem('ca.pem'), pem('stranger.key'), pem('stranger.pem')),
    credentials.createInsecure(),
  ];
  for (const channelCredentials of strange) {
    const failure = await failureOf(callDriver(connect(channelCredentials), containerRequest()));
    assert.equal(failure.code, grpcStatus.UNAVAILABLE);
  }
});

test('certificates may be given as PEM text', async (t) => {
  const env = { SERVER_TLS_CERT: String(pem('server.pem')), SERVER_TLS_KEY: String(pem('server.key')) };
  const { connect } = await startServerProgram(t, { env });
  const client = connect(credentials.createSsl(pem('ca.pem')));
  assert.equal((await callDriver(client, containerRequest())).cached, false);
});

test('a workflow of another namespace is PERMISSION_DENIED with the remedy, and not driven', async (t) => {
  const effects = join(testFolder(t), 'effects');
  const { connect } = await startServerProgram(t, { fake: { FAKE_DRIVER_EFFECTS: effects } });
  const workflow = { name: 'hello', namespace: 'team-b', uid: 'uid-1' };
  const failure = await failureOf(callDriver(connect(), containerRequest({ workflow })));
  assert.equal(failure.code, grpcStatus.PERMISSION_DENIED);
  assert.match(failure.details, /namespace "kubeflow" only, not of "team-b": run one in each namespace/);
  assert.match(failure.details, /DRIVER_HOST .*kfp-driver-server\.\$\(NAMESPACE\)/);
  assert.deepEqual(readJsonLines(effects), []);
});
