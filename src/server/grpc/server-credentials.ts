import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { ServerSettings } from '../server-settings.js';

export type TlsSettings = Pick<ServerSettings, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>;

/**
 * Credentials of the server: plaintext without a certificate; with a client CA every caller must show a certificate
 * of it. Throws an Error with one sentence for a file that cannot be read, and for texts that are no PEM or do not
 * belong together.
 */
export function createServerCredentials({ tlsCert, tlsKey, tlsClientCa }: TlsSettings): ServerCredentials {
  if (tlsCert === undefined || tlsKey === undefined) {
    return ServerCredentials.createInsecure();
  }
  const cert = readPem('SERVER_TLS_CERT', tlsCert);
  const key = readPem('SERVER_TLS_KEY', tlsKey);
  const ca = tlsClientCa === undefined ? undefined : readPem('SERVER_TLS_CLIENT_CA', tlsClientCa);
  try {
    // grpc-js looks at them only when it listens.
    createSecureContext({ cert, key, ca });
  } catch (error) {
    throw new Error(
      'SERVER_TLS_CERT, _KEY or _CLIENT_CA is not usable PEM, or the key is of another certificate',
      {
        cause: error,
      },
    );
  }
  return ServerCredentials.createSsl(ca ?? null, [{ cert_chain: cert, private_key: key }], ca !== undefined);
}

function readPem(name: string, pem: string): Buffer {
  if (pem.startsWith('-----BEGIN')) {
    return Buffer.from(pem);
  }
  try {
    return readFileSync(pem);
  } catch (error) {
    throw new Error(`${name} names a file that cannot be read`, { cause: error });
  }
}
