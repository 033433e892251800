import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type ChannelCredentials, credentials, Metadata } from '@grpc/grpc-js';
import { StatusError } from '../contract/status-error.js';

/** PEM text, or the path of a PEM file; undefined where there is none. */
export type Pem = string | undefined;

/**
 * Credentials of the channel. Without TLS, plaintext; with it, the server is checked against `ca` (else the
 * system's roots), and a client certificate is shown where there is one (mTLS). Throws a StatusError for a file
 * that cannot be read or text that is not PEM.
 */
export function createDriverCredentials(tls: boolean, ca: Pem, cert: Pem, key: Pem): ChannelCredentials {
  if (!tls) {
    return credentials.createInsecure();
  }
  try {
    return credentials.createSsl(
      readPem('DRIVER_TLS_CA', ca),
      readPem('DRIVER_TLS_KEY', key),
      readPem('DRIVER_TLS_CERT', cert),
    );
  } catch (error) {
    if (error instanceof StatusError) {
      throw error;
    }
    throw new StatusError('INVALID_ARGUMENT', 'DRIVER_TLS_CA, _CERT or _KEY is not usable PEM', {
      cause: error,
    });
  }
}

function readPem(setting: string, pem: Pem): Buffer | null {
  if (pem === undefined) {
    return null;
  }
  if (pem.startsWith('-----BEGIN')) {
    return Buffer.from(pem);
  }
  try {
    return readFileSync(pem);
  } catch (error) {
    throw new StatusError('INVALID_ARGUMENT', `${setting} names a file that cannot be read`, {
      cause: error,
    });
  }
}

/** Where the bearer token for the driver server comes from: its text, or a file, or nowhere. */
export interface TokenSource {
  readonly token: string | undefined;
  readonly tokenPath: string | undefined;
}

/** Metadata of each call: the bearer token. A file is read each time, because projected tokens rotate. */
export function createCallMetadata({ token, tokenPath }: TokenSource): () => Promise<Metadata> {
  return async () => {
    const metadata = new Metadata();
    const bearer = tokenPath === undefined ? token : await readToken(tokenPath);
    if (bearer !== undefined) {
      metadata.set('authorization', `Bearer ${bearer.trim()}`);
    }
    return metadata;
  };
}

async function readToken(tokenPath: string): Promise<string> {
  try {
    return await readFile(tokenPath, 'utf8');
  } catch (cause) {
    throw new StatusError('UNAVAILABLE', 'the file that DRIVER_TOKEN_FILE names cannot be read', { cause });
  }
}
