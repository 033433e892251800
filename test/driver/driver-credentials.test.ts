import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ServerCredentials } from '@grpc/grpc-js';
import { readSettings } from '../../src/common/settings.js';
import { checkSidecarSettings, sidecarSettings } from '../../src/sidecar/sidecar-settings.js';
import { delay, gate, postUntilFinal, replyOf, until } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { startDriver } from '../support/start-driver.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { rootArguments, rootOutputs, templateBody } from '../support/templates.js';

const task = (name: string) => templateBody({ ...rootArguments, run_name: name }, rootOutputs);
const answered = () => ({ execution_id: '1' });

test('DRIVER_TOKEN goes with each call, and nowhere else', async (t) => {
  const { driver, sidecar } = await startBridge(t, answered, { DRIVER_TOKEN: 'hunter2' });
  const { text } = await sidecar.post(task('a'));
  assert.deepEqual(driver.metadata[0]?.get('authorization'), ['Bearer hunter2']);
  assert.ok(!text.includes('hunter2') && !JSON.stringify(sidecar.log).includes('hunter2'));
});

test('DRIVER_TOKEN_FILE is read again after a second; while it is missing the call waits for it, and says so', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'driver-token-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'token');
  const { driver, sidecar } = await startBridge(t, answered, { DRIVER_TOKEN_FILE: file });
  const first = replyOf(await sidecar.post(task('a')));
  assert.match(first.node.message ?? '', /the file that DRIVER_TOKEN_FILE names cannot be read$/);
  assert.equal(driver.requests.length, 0);
  await writeFile(file, 'one\n');
  await postUntilFinal(() => sidecar.post(task('a')));
  await writeFile(file, 'two\n');
  await delay(1_010);
  await postUntilFinal(() => sidecar.post(task('b')));
  assert.deepEqual(
    driver.metadata.map((metadata) => metadata.get('authorization')),
    [['Bearer one'], ['Bearer two']],
  );
});

test('settings that contradict each other are refused together, without their secrets', () => {
  const { values } = readSettings(sidecarSettings, {
    DRIVER_HOST: 'server',
    DRIVER_TOKEN: 'hunter2',
    DRIVER_TOKEN_FILE: '/token',
    DRIVER_TLS_CERT: '/cert',
  });
  assert.deepEqual(checkSidecarSettings(values), [
    'DRIVER_TLS_CERT and DRIVER_TLS_KEY belong together: set both or neither',
    'DRIVER_TOKEN and DRIVER_TOKEN_FILE both name a token: set one of them',
  ]);
});

test('a DRIVER_TOKEN_FILE that holds no token is told in the node and the log, and nothing is sent', async (t) => {
  for (const [text, sentence] of [
    ['', /the file that DRIVER_TOKEN_FILE names is empty/],
    ['two\nlines', /holds no token: one line of ASCII without blanks is one/],
    ['pässword', /holds no token/],
  ] as const) {
    const file = join(testFolder(t), 'token');
    await writeFile(file, text);
    const { driver, sidecar } = await startBridge(t, answered, { DRIVER_TOKEN_FILE: file });
    const { node } = replyOf(await sidecar.post(task('a')));
    assert.equal(node.phase, 'Pending');
    assert.match(node.message ?? '', sentence);
    assert.equal(driver.requests.length, 0);
    const warnings = sidecar.log.filter(({ level }) => level === 'warn');
    assert.equal(warnings.length, 1);
    assert.match(String(warnings[0]?.facts.reason), sentence);
    await writeFile(file, 'good');
    const { reply } = await postUntilFinal(() => sidecar.post(task('a')));
    assert.equal(reply.node.phase, 'Succeeded');
  }
});

test('a DRIVER_TOKEN that cannot be a header is refused before anything listens, without the token', () => {
  for (const token of ['pässword', 'two words', 'two\nlines']) {
    const { faults } = readSettings(sidecarSettings, { DRIVER_HOST: 'server', DRIVER_TOKEN: token });
    assert.deepEqual(faults, [
      'DRIVER_TOKEN must be a token of ASCII without blanks or line ends, which it is not',
    ]);
  }
});

test('a CA without a certificate, a certificate without a key and a wrong pair are refused at the start', async () => {
  const stranger = pem('stranger.key');
  for (const [env, sentence] of [
    [{ DRIVER_TLS_CA: pem('client.key') }, /DRIVER_TLS_CA holds no PEM text of a certificate/],
    [{ DRIVER_TLS_CA: '/nowhere/ca.pem' }, /DRIVER_TLS_CA names a file that cannot be read/],
    [{ DRIVER_TLS_CA: certificate('README.md') }, /DRIVER_TLS_CA names a file that holds no PEM text/],
    [
      { DRIVER_TLS_CERT: pem('client.pem'), DRIVER_TLS_KEY: pem('ca.pem') },
      /DRIVER_TLS_KEY holds no PEM text/,
    ],
    [
      { DRIVER_TLS_CERT: pem('client.pem'), DRIVER_TLS_KEY: stranger },
      /_CERT and DRIVER_TLS_KEY do not belong/,
    ],
  ] as const) {
    await assert.rejects(startTestSidecar({ DRIVER_HOST: 'https://driver', ...env }), sentence);
  }
});

test('PEM text may begin with a comment, as openssl writes it', async (t) => {
  const driver = await startDriver(answered, { credentials: serverCredentials('server') });
  t.after(driver.close);
  const ca = `# the CA of this cluster\nsubject=CN=test CA\n${pem('ca.pem')}`;
  const sidecar = await startTestSidecar({ DRIVER_HOST: `https://${driver.address}`, DRIVER_TLS_CA: ca });
  t.after(sidecar.close);
  assert.equal(replyOf(await sidecar.post(task('a'))).node.phase, 'Succeeded');
});

test('renewed certificates are used without a restart, and calls in flight end well', async (t) => {
  const folder = testFolder(t);
  const files = { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const give = (ca: string, pair: string) =>
    Promise.all([
      copyFile(certificate(ca), files.ca),
      copyFile(certificate(`${pair}.pem`), files.cert),
      copyFile(certificate(`${pair}.key`), files.key),
    ]);
  // As if the server's CA were another one before: the stranger signed itself.
  await give('stranger.pem', 'stranger');
  const { opened, open } = gate();
  const driver = await startDriver(
    ({ run_name: name }) => (name === 'slow' ? opened.then(answered) : answered()),
    {
      credentials: serverCredentials('server'),
    },
  );
  t.after(driver.close);
  const sidecar = await startTestSidecar({
    DRIVER_HOST: `https://${driver.address}`,
    DRIVER_TLS_CA: files.ca,
    DRIVER_TLS_CERT: files.cert,
    DRIVER_TLS_KEY: files.key,
  });
  t.after(sidecar.close);
  const before = replyOf(await sidecar.post(task('a')));
  assert.match(before.node.message ?? '', /^UNAVAILABLE: no connection to /);
  await give('ca.pem', 'client');
  const { reply } = await postUntilFinal(() => sidecar.post(task('a')), 200);
  assert.equal(reply.node.phase, 'Succeeded');

  const slow = sidecar.post(task('slow'));
  await until(() => driver.requests.length === 2);
  await delay(1_010);
  await give('ca.pem', 'client');
  assert.equal(replyOf(await sidecar.post(task('b'))).node.phase, 'Succeeded');
  open();
  assert.equal(replyOf(await slow).node.phase, 'Succeeded');
});

test('renewed files that cannot be used are told once, and the former ones stay', async (t) => {
  const ca = join(testFolder(t), 'ca.pem');
  await copyFile(certificate('ca.pem'), ca);
  const driver = await startDriver(answered, { credentials: serverCredentials('server') });
  t.after(driver.close);
  const sidecar = await startTestSidecar({ DRIVER_HOST: `https://${driver.address}`, DRIVER_TLS_CA: ca });
  t.after(sidecar.close);
  await sidecar.post(task('a'));
  await writeFile(ca, 'half a fi');
  for (const name of ['b', 'c']) {
    await delay(1_010);
    assert.equal(replyOf(await sidecar.post(task(name))).node.phase, 'Succeeded');
  }
  const warnings = sidecar.log.filter(({ level }) => level === 'warn');
  assert.deepEqual(
    warnings.map(({ facts }) => facts.reason),
    ['DRIVER_TLS_CA names a file that holds no PEM text of a certificate'],
  );
});

function certificate(name: string): string {
  return fileURLToPath(new URL(`../../../test/support/certificates/${name}`, import.meta.url));
}

function pem(name: string): string {
  return readFileSync(certificate(name), 'utf8');
}

/** Whoever shows a certificate must have it from the CA; that of `pair` is the server's. */
function serverCredentials(pair: string): ServerCredentials {
  const keyPair = {
    private_key: Buffer.from(pem(`${pair}.key`)),
    cert_chain: Buffer.from(pem(`${pair}.pem`)),
  };
  return ServerCredentials.createSsl(Buffer.from(pem('ca.pem')), [keyPair], false);
}

function testFolder(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'driver-token-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
