import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** How PEM text begins, whatever comments stand before it (RFC 7468, section 2). */
const pemBegin = '-----BEGIN ';

/** True for PEM text, false for the path of a PEM file: no path has a line like that. */
export function isPemText(pem: string): boolean {
  return pem.includes(pemBegin);
}

/**
 * Bytes of a setting that holds PEM text or the path of a PEM file. Throws an Error with one sentence that names the
 * setting, never its text, for a file that cannot be read.
 */
export function readPem(setting: string, pem: string): Buffer {
  if (isPemText(pem)) {
    return Buffer.from(pem);
  }
  try {
    return readFileSync(pem);
  } catch (error) {
    throw new Error(`${setting} names a file that cannot be read`, { cause: error });
  }
}

/** As readPem; throws too where no certificate is in it, because TLS takes that for a CA that signed nobody. */
export function readCaPem(setting: string, pem: string): Buffer {
  const bytes = readPem(setting, pem);
  try {
    new X509Certificate(bytes);
  } catch (error) {
    throw new Error(`${setting} holds no certificate: it must have a PEM block BEGIN CERTIFICATE`, {
      cause: error,
    });
  }
  return bytes;
}
