import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { credentials, status as grpcStatus, Metadata } from '@grpc/grpc-js';
import { createServerCredentials } from '../../../src/server/grpc/server-credentials.js';
import { callDriver, createTestClient, failureOf } from '../../support/call-driver.js';
import { checkHealth, listServices } from '../../support/call-standard-services.js';
import { collectLog } from '../../support/collect-log.js';
import { aRequest, startServer, until } from '../../support/start-server.js';
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

test('while callers change over, the token before and the one after are both good', async (t) => {
  const { connect, tokenFile } = await startWithToken(t);
  const client = connect();
  const codesWith = (texts: readonly string[]) =>
    Promise.all(
      texts.map((text) =>
        callDriver(client, containerRequest(), {}, bearer(`Bearer ${text}`)).then(
          () => grpcStatus.OK,
          ({ code }) => code,
        ),
      ),
    );
  const { OK, UNAUTHENTICATED } = grpcStatus;
  writeFileSync(tokenFile, `${token}\nthe-next-one\n`);
  assert.deepEqual(await codesWith([token, 'the-next-one', 'neither']), [OK, OK, UNAUTHENTICATED]);
  writeFileSync(tokenFile, 'the-next-one\n\n');
  assert.deepEqual(await codesWith([token, 'the-next-one', '']), [UNAUTHENTICATED, OK, UNAUTHENTICATED]);
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

test('a renewed certificate is served to new connections, and what runs on the old ones goes on', async (t) => {
  const files = tlsFiles(t);
  const logger = collectLog();
  const credentialsOfServer = createServerCredentials(files.settings, logger, { refreshMs: 10 });
  const { address, client } = await startServer(t, answer, { credentials: credentialsOfServer });
  client.close();
  const secure = createTestClient(address, credentials.createSsl(pem('ca.pem')));
  t.after(() => secure.close());
  await callDriver(secure, aRequest());
  const before = await certificateOf(address);

  files.write('client');
  await until(() => logger.lines.some(({ message }) => message === 'the TLS files were renewed'));

  assert.notEqual(await certificateOf(address), before);
  await callDriver(secure, aRequest());
  const late = createTestClient(address, credentials.createSsl(pem('ca.pem')));
  t.after(() => late.close());
  await callDriver(late, aRequest());
});

test('a certificate that is renewed before its key is not served: the pair before stays, and the log says so', async (t) => {
  const files = tlsFiles(t);
  const logger = collectLog();
  const credentialsOfServer = createServerCredentials(files.settings, logger, { refreshMs: 10 });
  const { address, client } = await startServer(t, answer, { credentials: credentialsOfServer });
  client.close();
  const before = await certificateOf(address);

  files.write('client', ['pem']);
  await until(() => logger.lines.some(({ level }) => level === 'error'));
  assert.equal(await certificateOf(address), before);

  files.write('client');
  await until(() => logger.lines.some(({ message }) => message === 'the TLS files were renewed'));
  assert.notEqual(await certificateOf(address), before);
  assert.equal(logger.lines.filter(({ level }) => level === 'error').length, 1);
});

test('a renewed client CA lets its own callers in, and no others', async (t) => {
  const files = tlsFiles(t);
  const tlsClientCa = join(files.folder, 'ca');
  writeFileSync(tlsClientCa, pem('stranger.pem'));
  const logger = collectLog();
  const credentialsOfServer = createServerCredentials({ ...files.settings, tlsClientCa }, logger, {
    refreshMs: 10,
  });
  const { address, client } = await startServer(t, answer, { credentials: credentialsOfServer });
  client.close();
  const call = () => {
    const known = credentials.createSsl(pem('ca.pem'), pem('client.key'), pem('client.pem'));
    const caller = createTestClient(address, known);
    t.after(() => caller.close());
    return callDriver(caller, aRequest());
  };
  assert.equal((await failureOf(call())).code, grpcStatus.UNAVAILABLE);

  writeFileSync(tlsClientCa, pem('ca.pem'));
  await until(() => logger.lines.some(({ message }) => message === 'the TLS files were renewed'));
  assert.deepEqual(await call(), { execution_id: '7' });
});

/** The pair of `server` in files of its own, and a hand that puts another pair into them. */
function tlsFiles(t: TestContext) {
  const folder = testFolder(t);
  const write = (name: string, kinds: readonly string[] = ['pem', 'key']) => {
    for (const kind of kinds) {
      writeFileSync(join(folder, kind), pem(`${name}.${kind}`));
    }
  };
  write('server');
  const settings = { tlsCert: join(folder, 'pem'), tlsKey: join(folder, 'key'), tlsClientCa: undefined };
  return { folder, settings, write };
}

/** Fingerprint of the certificate that a server shows to a new connection. */
async function certificateOf(address: string): Promise<string> {
  const [host = '', port] = address.split(':');
  const socket = connectTls({ host, port: Number(port), ca: pem('ca.pem'), ALPNProtocols: ['h2'] });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const answer = async () => ({ response: { execution_id: '7' } });

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
