import { type Json, type JsonObject, listOf, objectOf } from '../common/json.js';
import type { KubernetesAnswer, KubernetesApi } from '../common/kubernetes-api.js';
import {
  isDue,
  joinBundle,
  type KeptCertificate,
  readCertificateSecret,
  writeCertificateSecret,
} from './certificate-secret.js';

export interface CertificateKeeperOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  /** A Secret of the namespace, which the chart makes without data. */
  readonly secret: string;
  /** The MutatingWebhookConfiguration whose callers must trust the certificate. */
  readonly configuration: string;
  readonly dnsNames: readonly string[];
  readonly validityMs: number;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Clocks of nodes differ; but no certificate may be due as soon as it is made. */
const mostEarlierMs = 3_600_000;

/** A conflict means that another replica was faster; what it wrote is read then. */
const mostAttempts = 10;

/**
 * Sees to it that the Secret holds a good certificate and that the configuration trusts it; resolves with what the Secret
 * holds. Any number of replicas may do so at once. Rejects with an Error of one sentence, and changes nothing further.
 */
export async function keepCertificate(options: CertificateKeeperOptions): Promise<KeptCertificate> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const kept = await tryKeep(options);
    if (kept !== undefined) {
      return kept;
    }
  }
  throw new Error(
    `others changed Secret ${options.secret} or its configuration ${mostAttempts} times meanwhile`,
  );
}

/**
 * Undefined after a conflict. The configuration is read before the Secret: so whoever would write an older bundle over a
 * newer one finds the configuration changed.
 */
async function tryKeep(options: CertificateKeeperOptions): Promise<KeptCertificate | undefined> {
  const { api, namespace, secret: name, nowMs } = options;
  const configurationPath = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${options.configuration}`;
  const secretPath = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const configuration = expectObject(await api.get(configurationPath), 'get', configurationPath);
  const secret = expectObject(await api.get(secretPath), 'get', secretPath);
  const old = readCertificateSecret(secret);
  const isGood = old !== undefined && !isDue(old, options.dnsNames, nowMs());
  const kept = isGood ? old : await makeKept(old, options);
  if (!isGood && !(await isPut(api, secretPath, writeCertificateSecret(secret, kept)))) {
    return undefined;
  }
  const trusting = withBundle(configuration, kept.caBundle);
  const isTrusted = trusting === undefined || (await isPut(api, configurationPath, trusting));
  return isTrusted ? kept : undefined;
}

async function makeKept(
  old: KeptCertificate | undefined,
  { dnsNames, validityMs, nowMs }: CertificateKeeperOptions,
): Promise<KeptCertificate> {
  const { makeCertificate } = await import('./make-certificate.js');
  const earlierMs = Math.min(mostEarlierMs, validityMs / 10);
  const [notBefore, notAfter] = [new Date(nowMs() - earlierMs), new Date(nowMs() + validityMs)];
  const { caCertificate, certificate, key } = await makeCertificate({ dnsNames, notBefore, notAfter });
  return { certificate, key, caBundle: joinBundle(caCertificate, old?.caBundle, nowMs()) };
}

/** The configuration with the bundle in all its webhooks; undefined where it has it. */
function withBundle(configuration: JsonObject, caBundle: string): JsonObject | undefined {
  const encoded = Buffer.from(caBundle).toString('base64');
  const webhooks = listOf(configuration['webhooks']).map(objectOf);
  const configOf = (webhook: JsonObject) => objectOf(webhook['clientConfig']);
  if (webhooks.every((webhook) => configOf(webhook)['caBundle'] === encoded)) {
    return undefined;
  }
  const trusting = webhooks.map(
    (webhook): Json => ({
      ...webhook,
      clientConfig: { ...configOf(webhook), caBundle: encoded },
    }),
  );
  return { ...configuration, webhooks: trusting };
}

async function isPut(api: KubernetesApi, path: string, object: JsonObject): Promise<boolean> {
  const answer = await api.put(path, object);
  if (answer.httpStatus === 409) {
    return false;
  }
  expectObject(answer, 'update', path);
  return true;
}

const remedies: Readonly<Record<number, string>> = {
  403: 'give the webhook this right',
  404: 'the chart makes it, without a certificate',
};

function expectObject({ httpStatus, object }: KubernetesAnswer, verb: string, path: string): JsonObject {
  if (httpStatus < 300) {
    return object;
  }
  const remedy = remedies[httpStatus];
  const what = `Kubernetes' API answered ${httpStatus} to ${verb} ${path}`;
  throw new Error(remedy === undefined ? what : `${what}: ${remedy}`);
}
