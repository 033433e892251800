import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { createKubernetesApi, serviceAccountFiles } from '../../src/common/kubernetes-api.js';
import { readSettings } from '../../src/common/settings.js';
import { keepCertificate } from '../../src/webhook/certificate-keeper.js';
import type { MadeCertificate } from '../../src/webhook/make-certificate.js';
import { watchOwnCertificate } from '../../src/webhook/own-certificate.js';
import { startWebhook, type Webhook } from '../../src/webhook/start-webhook.js';
import { webhookSettings } from '../../src/webhook/webhook-settings.js';
import { collectLog } from '../support/collect-log.js';
import { createFakeClock } from '../support/fake-clock.js';
import { startFakeKubernetes } from '../support/fake-kubernetes.js';
import { call, startTestWebhook } from '../support/start-test-webhook.js';
import { until } from '../support/until.js';
import { certificateFor, temporaryFolder, writeCertificate } from '../support/webhook-files.js';

/** Whether a handshake trusts it. */
function isTrusted({ address }: Webhook, ca: string, servername = 'localhost'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port), ca, servername });
    const end = (trusted: boolean) => {
      socket.destroy();
      resolve(trusted);
    };
    socket.once('secureConnect', () => end(true)).once('error', () => end(false));
  });
}

/** A folder as kubelet mounts a Secret: links into `..data`, itself a link, which a renewal replaces. */
function mountSecret(folder: string, { certificate, key }: MadeCertificate, name: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'tls.crt'), certificate);
  writeFileSync(join(folder, name, 'tls.key'), key);
  symlinkSync(name, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
}

async function startOn(t: TestContext, folder: string) {
  const env = {
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    SERVER_TLS_CERT: join(folder, 'tls.crt'),
    SERVER_TLS_KEY: join(folder, 'tls.key'),
  };
  const log = collectLog();
  const webhook = await startWebhook(readSettings(webhookSettings, env).values, log);
  t.after(() => webhook.close());
  return { webhook, log };
}

test('a mounted Secret that is renewed is served without a restart', async (t) => {
  const folder = temporaryFolder(t);
  const [first, second] = [await certificateFor(), await certificateFor()];
  mountSecret(folder, first, '..1');
  for (const file of ['tls.crt', 'tls.key']) {
    symlinkSync(join('..data', file), join(folder, file));
  }
  const { webhook, log } = await startOn(t, folder);
  assert.equal(await isTrusted(webhook, first.caCertificate), true);
  mountSecret(folder, second, '..2');
  rmSync(join(folder, '..1'), { recursive: true });
  await until(() => isTrusted(webhook, second.caCertificate));
  assert.equal(await isTrusted(webhook, first.caCertificate), false);
  assert.deepEqual(
    log.lines.filter(({ level }) => level === 'info').map(({ message }) => message),
    ['listening', 'renewed the certificate'],
  );
});

test('a pair that is none is logged, and the one before stays until a good one comes', async (t) => {
  const folder = temporaryFolder(t);
  const [first, second] = [await certificateFor(), await certificateFor()];
  writeCertificate(folder, first);
  const { webhook, log } = await startOn(t, folder);
  writeCertificate(folder, { ...second, key: first.key });
  await until(() => log.lines.some(({ level }) => level === 'error'));
  const fault = log.lines.find(({ level }) => level === 'error');
  assert.match(String(fault?.facts['reason']), /are no pair: the key is of another certificate$/);
  assert.equal(await isTrusted(webhook, first.caCertificate), true);
  writeCertificate(folder, second);
  await until(() => isTrusted(webhook, second.caCertificate));
});

test('a webhook whose certificate has ended is not ready', async (t) => {
  const folder = temporaryFolder(t);
  writeCertificate(folder, await certificateFor('localhost', -1));
  const { webhook } = await startOn(t, folder);
  const agent = new Agent({ rejectUnauthorized: false });
  assert.equal((await call(webhook, agent, 'GET', '/readyz')).httpStatus, 503);
});

for (const [what, change, sentence] of [
  [
    'a file that is not there',
    { SERVER_TLS_KEY: '/nowhere/tls.key' },
    /^Error: \/nowhere\/tls\.key cannot be read \(ENOENT\)$/,
  ],
  [
    'a file that is no PEM',
    { SERVER_TLS_KEY: '/etc/hostname' },
    /are no PEM of a certificate and of a private key$/,
  ],
] as const) {
  test(`${what} for a key is told by a sentence before anything listens`, async (t) => {
    await assert.rejects(startTestWebhook(t, change), sentence);
  });
}

const secretPath = '/api/v1/namespaces/ns/secrets/certificate';
const configurationPath = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/adopt';

async function startKubernetes(t: TestContext) {
  return startFakeKubernetes(t, {
    [secretPath]: { metadata: { name: 'certificate' } },
    [configurationPath]: { metadata: { name: 'adopt' }, webhooks: [{ name: 'adopt', clientConfig: {} }] },
  });
}

test('with a Secret of its own the webhook serves a certificate that its configuration trusts', async (t) => {
  const kubernetes = await startKubernetes(t);
  const env = {
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    CERTIFICATE_SECRET: 'certificate',
    WEBHOOK_CONFIGURATION: 'adopt',
    SERVICE_NAME: 'webhook',
    NAMESPACE: 'ns',
    KUBERNETES_SERVICE_HOST: kubernetes.host,
    KUBERNETES_SERVICE_PORT: String(kubernetes.port),
    SERVICE_ACCOUNT_FOLDER: kubernetes.folder,
  };
  const webhook = await startWebhook(readSettings(webhookSettings, env).values, collectLog());
  t.after(() => webhook.close());
  const [trusting] = (kubernetes.stored.get(configurationPath)?.['webhooks'] ?? []) as {
    clientConfig: { caBundle: string };
  }[];
  const caBundle = Buffer.from(trusting?.clientConfig.caBundle ?? '', 'base64').toString();
  assert.equal(await isTrusted(webhook, caBundle, 'webhook.ns.svc'), true);
  assert.equal(await isTrusted(webhook, caBundle, 'other.ns.svc'), false);
});

test('a certificate of its own is renewed: first it is trusted, 15 s later it is shown', async (t) => {
  const kubernetes = await startKubernetes(t);
  const { host, port, folder } = kubernetes;
  const [clock, log] = [createFakeClock(), collectLog()];
  let nowMs = Date.now();
  const options = {
    api: createKubernetesApi({ ...serviceAccountFiles(folder), host, port, timeoutMs: 5000 }),
    namespace: 'ns',
    secret: 'certificate',
    configuration: 'adopt',
    dnsNames: ['webhook.ns.svc'],
    validityMs: 90 * 86_400_000,
    nowMs: () => nowMs,
    clock,
    logger: log,
  };
  const first = await keepCertificate(options);
  const shown: string[] = [];
  t.after(watchOwnCertificate(first, options, ({ certificate }) => shown.push(certificate)));

  kubernetes.hooks.before = () => 500;
  await clock.advance(60_000);
  await until(() => log.lines.length === 1);
  assert.match(String(log.lines[0]?.facts['reason']), /^Kubernetes' API answered 500/);

  kubernetes.hooks.before = () => {};
  nowMs += 61 * 86_400_000;
  kubernetes.calls.length = 0;
  await clock.advance(60_000);
  await until(() => kubernetes.writes().length === 2);
  assert.deepEqual(shown, []);
  await until(async () => {
    await clock.advance(15_000);
    return shown.length === 1;
  });
  const kept = await keepCertificate(options);
  assert.deepEqual(shown, [kept.certificate]);
  assert.notEqual(kept.certificate, first.certificate);
});
