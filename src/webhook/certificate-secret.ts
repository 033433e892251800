import { X509Certificate } from 'node:crypto';
import { type JsonObject, objectOf } from '../common/json.js';
import { endOf, faultOfPair } from './certificate-files.js';

/** What the webhook's Secret holds, as PEM texts; the keys are those of Kubernetes' TLS Secrets. */
export interface KeptCertificate {
  readonly certificate: string;
  readonly key: string;
  /** The CA of the certificate, then the one before while its certificates are good. */
  readonly caBundle: string;
}

const [certificateKey, privateKeyKey, caKey] = ['tls.crt', 'tls.key', 'ca.crt'] as const;

/** Undefined where the Secret is empty, or holds what no server could show. */
export function readCertificateSecret(secret: JsonObject): KeptCertificate | undefined {
  const data = objectOf(secret['data']);
  const [certificate, key, caBundle] = [certificateKey, privateKeyKey, caKey].map((name) =>
    Buffer.from(String(data[name] ?? ''), 'base64').toString('utf8'),
  );
  if (certificate === undefined || key === undefined || caBundle === undefined) {
    return undefined;
  }
  return faultOfPair({ certificate, key }) === undefined && certificatesOf(caBundle).length > 0
    ? { certificate, key, caBundle }
    : undefined;
}

/** The Secret with the certificate in it; its other keys stay. */
export function writeCertificateSecret(secret: JsonObject, kept: KeptCertificate): JsonObject {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  return {
    ...secret,
    data: {
      ...objectOf(secret['data']),
      [certificateKey]: encode(kept.certificate),
      [privateKeyKey]: encode(kept.key),
      [caKey]: encode(kept.caBundle),
    },
  };
}

/**
 * Whether a certificate must be made anew: it is for other names, or two thirds of its time are over, so that one which
 * cannot renew is seen for weeks before it hurts. One that begins later is left: replicas whose clocks differ would take
 * turns.
 */
export function isDue({ certificate }: KeptCertificate, dnsNames: readonly string[], nowMs: number): boolean {
  const parsed = new X509Certificate(certificate);
  const [startMs, endMs] = [Date.parse(parsed.validFrom), endOf(certificate)];
  const isForAll = dnsNames.every((name) => parsed.checkHost(name) !== undefined);
  return !isForAll || nowMs > startMs + ((endMs - startMs) * 2) / 3;
}

/** The new CA, and the newest one before that is still good: replicas show its certificate until they have the new one. */
export function joinBundle(caCertificate: string, before: string | undefined, nowMs: number): string {
  const old = certificatesOf(before ?? '').find((one) => endOf(one) > nowMs);
  return old === undefined ? caCertificate : `${caCertificate}${old}\n`;
}

function certificatesOf(bundle: string): readonly string[] {
  const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.filter((block) => {
    try {
      return new X509Certificate(block).ca;
    } catch {
      return false;
    }
  });
}
