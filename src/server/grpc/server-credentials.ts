import { createSecureContext } from 'node:tls';
import { experimental, ServerCredentials } from '@grpc/grpc-js';
import { createEndWarning } from '../../common/certificate-end.js';
import { factsOfError, type Logger } from '../../common/logger.js';
import { readCertificates, readPrivateKey } from '../../common/read-pem.js';
import type { ServerSettings } from '../server-settings.js';
import { createRenewedFiles, type TlsFiles } from './renewed-files.js';

export type TlsSettings = Pick<ServerSettings, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>;

export interface CredentialsOptions {
  readonly refreshMs?: number;
  /** Told of the certificate whenever the files were looked at and are good. */
  readonly onRead?: (cert: Buffer) => void;
}

/**
 * Credentials of the server: plaintext without a certificate; with a client CA every caller must show a certificate
 * of it. Files are looked at again every `refreshMs`: new connections get what was renewed, and a renewed file that is
 * no good is logged while the one before stays. Throws an Error with one sentence for a file that cannot be read, and
 * for texts that are no PEM or do not belong together.
 */
export function createServerCredentials(
  { tlsCert, tlsKey, tlsClientCa }: TlsSettings,
  logger: Pick<Logger, 'info' | 'warn' | 'error'>,
  { refreshMs, onRead = () => {} }: CredentialsOptions = {},
): ServerCredentials {
  if (tlsCert === undefined || tlsKey === undefined) {
    return ServerCredentials.createInsecure();
  }
  const warnOfEnd = createEndWarning(logger);
  const read = () => {
    const files = readTlsFiles(tlsCert, tlsKey, tlsClientCa);
    warnOfEnd(files.cert);
    onRead(files.cert);
    return files;
  };
  const events = {
    renewed: () => logger.info('the TLS files were renewed'),
    failed: (thrown: unknown) =>
      logger.error('renewed TLS files are not usable, the ones before stay', factsOfError(thrown)),
  };
  const files = createRenewedFiles(read, events, refreshMs);
  // Certificate first, whatever the declaration of 1.14.7 calls its parameters.
  return experimental.createCertificateProviderServerCredentials(
    files,
    tlsClientCa === undefined ? null : files,
    tlsClientCa !== undefined,
  );
}

function readTlsFiles(tlsCert: string, tlsKey: string, tlsClientCa: string | undefined): TlsFiles {
  const cert = readCertificates('SERVER_TLS_CERT', tlsCert);
  const key = readPrivateKey('SERVER_TLS_KEY', tlsKey);
  const ca = tlsClientCa === undefined ? undefined : readCertificates('SERVER_TLS_CLIENT_CA', tlsClientCa);
  try {
    // grpc-js looks at them only when somebody connects.
    createSecureContext({ cert, key, ca });
  } catch (error) {
    throw new Error('SERVER_TLS_KEY is the key of another certificate than SERVER_TLS_CERT', {
      cause: error,
    });
  }
  return { cert, key, ca };
}
