import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** PEM text, or the path of a PEM file. */
export type PemSource = string;

/** True for PEM text, which may begin with a comment (RFC 7468, section 2), as openssl writes it. */
export function isPemText(source: PemSource): boolean {
  return source.includes('-----BEGIN ');
}

/**
 * Bytes of the certificates of a setting. Throws an Error with one sentence that names the setting, never its text, where
 * there is none or one that cannot be read: TLS takes a CA without certificates for one that signed nobody.
 */
export function readCertificates(setting: string, source: PemSource): Buffer {
  return readPem(setting, source, 'a certificate', (text) => {
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [''];
    for (const block of blocks) {
      new X509Certificate(block);
    }
  });
}

/** The same for a private key. */
export function readPrivateKey(setting: string, source: PemSource): Buffer {
  return readPem(setting, source, 'a private key', (text) => createPrivateKey(text));
}

function readPem(setting: string, source: PemSource, form: string, check: (text: string) => unknown): Buffer {
  const text = isPemText(source) ? source : readText(setting, source);
  try {
    check(text);
  } catch (cause) {
    const where = isPemText(source) ? '' : ' names a file that';
    throw new Error(`${setting}${where} holds no PEM text of ${form}`, { cause });
  }
  return Buffer.from(text);
}

function readText(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`${setting} names a file that cannot be read`, { cause });
  }
}
