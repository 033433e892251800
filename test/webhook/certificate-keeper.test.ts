import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '../../src/common/json.js';
import { createKubernetesApi, serviceAccountFiles } from '../../src/common/kubernetes-api.js';
import { keepCertificate } from '../../src/webhook/certificate-keeper.js';
import { makeCertificate } from '../../src/webhook/make-certificate.js';
import { type FakeCall, startFakeKubernetes } from '../support/fake-kubernetes.js';

const dayMs = 86_400_000;
const secretPath = '/api/v1/namespaces/ns/secrets/certificate';
const configurationPath = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/adopt';
const dnsNames = ['webhook.ns.svc', 'webhook.ns'];
const now = Date.now();

const emptySecret = { kind: 'Secret', metadata: { name: 'certificate', labels: { a: 'b' } }, type: 'Opaque' };
const configuration = {
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'adopt' },
  webhooks: [
    { name: 'one', clientConfig: { service: { name: 'webhook' } }, timeoutSeconds: 5 },
    { name: 'two', clientConfig: { service: { name: 'webhook' }, caBundle: 'b2xk' } },
  ],
};

async function start(t: TestContext, secret: JsonObject = emptySecret) {
  const kubernetes = await startFakeKubernetes(t, {
    [secretPath]: secret,
    [configurationPath]: configuration,
  });
  const { host, port, folder } = kubernetes;
  const api = createKubernetesApi({ ...serviceAccountFiles(folder), host, port, timeoutMs: 5000 });
  const keep = (nowMs = now, names = dnsNames) =>
    keepCertificate({
      api,
      namespace: 'ns',
      secret: 'certificate',
      configuration: 'adopt',
      dnsNames: names,
      validityMs: 90 * dayMs,
      nowMs: () => nowMs,
    });
  const bundles = () => {
    const { webhooks } = kubernetes.stored.get(configurationPath) as unknown as typeof configuration;
    return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString());
  };
  return { kubernetes, keep, bundles };
}

test('an empty Secret is filled, and every webhook of the configuration trusts what is in it', async (t) => {
  const { kubernetes, keep, bundles } = await start(t);
  const kept = await keep();
  const secret = kubernetes.stored.get(secretPath) as unknown as {
    data: Record<string, string>;
    type: string;
  };
  const data = Object.entries(secret.data).map(([key, text]) => [
    key,
    Buffer.from(text, 'base64').toString(),
  ]);
  assert.deepEqual(Object.fromEntries(data), {
    'tls.crt': kept.certificate,
    'tls.key': kept.key,
    'ca.crt': kept.caBundle,
  });
  assert.deepEqual(bundles(), [kept.caBundle, kept.caBundle]);
  assert.deepEqual(secret.type, 'Opaque');
  const stored = kubernetes.stored.get(configurationPath) as unknown as typeof configuration;
  assert.deepEqual(
    [stored.webhooks[0]?.timeoutSeconds, stored.webhooks[0]?.clientConfig.service],
    [5, { name: 'webhook' }],
  );
});

test('the certificate is for the names of the Service, for a server alone, good for 90 days, and not a CA', async (t) => {
  const { keep } = await start(t);
  const { certificate, caBundle } = await keep();
  const [leaf, authority] = [new X509Certificate(certificate), new X509Certificate(caBundle)];
  assert.equal(leaf.subjectAltName, 'DNS:webhook.ns.svc, DNS:webhook.ns');
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.deepEqual([leaf.ca, authority.ca], [false, true]);
  assert.ok(leaf.checkIssued(authority) && leaf.verify(authority.publicKey));
  assert.equal(Math.round((Date.parse(leaf.validTo) - now) / dayMs), 90);
});

test('a second look writes nothing', async (t) => {
  const { kubernetes, keep } = await start(t);
  const first = await keep();
  kubernetes.calls.length = 0;
  assert.deepEqual(await keep(), first);
  assert.deepEqual(await keep(now + 59 * dayMs), first);
  assert.deepEqual(kubernetes.writes(), []);
});

test('six replicas at once end with one certificate, which the configuration trusts', async (t) => {
  const { keep, bundles } = await start(t);
  const all = await Promise.all([keep(), keep(), keep(), keep(), keep(), keep()]);
  assert.equal(new Set(all.map(({ certificate }) => certificate)).size, 1);
  assert.deepEqual(bundles(), [all[0]?.caBundle, all[0]?.caBundle]);
});

test('after two thirds of its time a new one is made, and the CA before stays trusted beside its own', async (t) => {
  const { keep, bundles } = await start(t);
  const first = await keep();
  const second = await keep(now + 61 * dayMs);
  assert.notEqual(second.certificate, first.certificate);
  assert.deepEqual(
    authoritiesOf(second.caBundle).map((ca) =>
      [first, second].map(({ certificate }) => isOf(certificate, ca)),
    ),
    [
      [false, true],
      [true, false],
    ],
  );
  assert.equal(bundles()[0], second.caBundle);
  const third = await keep(now + 125 * dayMs);
  assert.deepEqual(
    authoritiesOf(third.caBundle).map((ca) => isOf(second.certificate, ca)),
    [false, true],
  );
});

test('a CA that has ended is trusted no more', async (t) => {
  const { keep } = await start(t);
  await keep();
  assert.equal(authoritiesOf((await keep(now + 91 * dayMs)).caBundle).length, 1);
});

test('a configuration that lost its caBundle gets it back, without a new certificate', async (t) => {
  const { kubernetes, keep, bundles } = await start(t);
  const first = await keep();
  kubernetes.store(configurationPath, configuration);
  assert.deepEqual(await keep(), first);
  assert.deepEqual(bundles(), [first.caBundle, first.caBundle]);
});

for (const [what, data] of [
  ['no base64', { 'tls.crt': '?', 'tls.key': '?', 'ca.crt': '?' }],
  ['texts that are no PEM', { 'tls.crt': 'YQ==', 'tls.key': 'YQ==', 'ca.crt': 'YQ==' }],
  ['numbers', { 'tls.crt': 1, 'tls.key': null }],
] as const) {
  test(`a Secret that holds ${what} is filled anew`, async (t) => {
    const { keep, bundles } = await start(t, { ...emptySecret, data: { ...data } });
    assert.equal(bundles()[0], '');
    const { caBundle } = await keep();
    assert.equal(bundles()[0], caBundle);
  });
}

test('a certificate without its key is made anew', async (t) => {
  const { kubernetes, keep } = await start(t);
  const first = await keep();
  const other = await makeCertificate({
    dnsNames,
    notBefore: new Date(now),
    notAfter: new Date(now + dayMs),
  });
  const secret = kubernetes.stored.get(secretPath) as unknown as JsonObject & { data: JsonObject };
  kubernetes.store(secretPath, {
    ...secret,
    data: { ...secret.data, 'tls.key': Buffer.from(other.key).toString('base64') },
  });
  assert.notEqual((await keep()).certificate, first.certificate);
});

test('a certificate for other names is made anew', async (t) => {
  const { keep } = await start(t);
  const first = await keep();
  const second = await keep(now, ['moved.ns.svc']);
  assert.notEqual(second.certificate, first.certificate);
  assert.equal(new X509Certificate(second.certificate).subjectAltName, 'DNS:moved.ns.svc');
});

test('a replica that read the Secret before a renewal does not undo it in the configuration', async (t) => {
  const { kubernetes, keep, bundles } = await start(t);
  await keep();
  kubernetes.store(configurationPath, configuration);
  let renewed: Promise<unknown> | undefined;
  kubernetes.hooks.before = async ({ method, path }: FakeCall) => {
    if (method === 'PUT' && path === configurationPath && renewed === undefined) {
      renewed = keep(now + 61 * dayMs);
      await renewed;
    }
  };
  const late = await keep();
  assert.deepEqual(await renewed, late);
  assert.equal(bundles()[0], late.caBundle);
});

for (const [what, path, httpStatus, sentence] of [
  [
    'a Secret that it may not read',
    secretPath,
    403,
    /answered 403 to get .*secrets\/certificate: give the webhook this right$/,
  ],
  [
    'a configuration that is not there',
    configurationPath,
    404,
    /answered 404 to get .*adopt: the chart makes it, without a certificate$/,
  ],
  ['an API server in trouble', secretPath, 500, /answered 500 to get .*secrets\/certificate$/],
] as const) {
  test(`${what} is told by a sentence with its remedy, and nothing is written`, async (t) => {
    const { kubernetes, keep } = await start(t);
    kubernetes.hooks.before = (call) => (call.path === path ? httpStatus : undefined);
    await assert.rejects(keep(), sentence);
    assert.deepEqual(kubernetes.writes(), []);
  });
}

function authoritiesOf(bundle: string): readonly X509Certificate[] {
  return (bundle.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  );
}

function isOf(certificate: string, authority: X509Certificate): boolean {
  return new X509Certificate(certificate).verify(authority.publicKey);
}
