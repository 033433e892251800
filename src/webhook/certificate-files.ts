import { createPrivateKey, X509Certificate } from 'node:crypto';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../common/clock.js';
import { errorText } from '../common/error-text.js';
import { factsOfError, type Logger } from '../common/logger.js';
import type { ServingCertificate } from './webhook-server.js';

export interface CertificateFiles {
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** Reads a certificate and its key. Rejects with an Error of one sentence where they are no pair. */
export async function readCertificateFiles(files: CertificateFiles): Promise<ServingCertificate> {
  const { certificatePath, keyPath } = files;
  const [certificate, key] = await Promise.all(
    [certificatePath, keyPath].map((path) => readFile(path, 'utf8').catch(rejectUnreadable(path))),
  );
  const pair = { certificate: certificate ?? '', key: key ?? '' };
  const fault = faultOfPair(pair);
  if (fault !== undefined) {
    throw new Error(`${certificatePath} and ${keyPath} ${fault}`);
  }
  return pair;
}

function rejectUnreadable(path: string) {
  return (cause: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be read (${cause.code ?? errorText(cause)})`, { cause });
  };
}

/** Completes the sentence "certificate and key ..."; undefined for a pair. */
export function faultOfPair({ certificate, key }: ServingCertificate): string | undefined {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
      ? undefined
      : 'are no pair: the key is of another certificate';
  } catch {
    return 'are no PEM of a certificate and of a private key';
  }
}

/** When a PEM certificate ends, in milliseconds since 1970. */
export function endOf(certificate: string): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}

/** Both files change one after the other, or all at once where Kubernetes mounts a Secret. */
const settleMs = 200;

/** Where a file system tells nothing. */
const lookEveryMs = 60_000;

/**
 * Calls back with every new pair. It watches the folder: a mounted Secret is renewed by a new folder behind the link
 * `..data`, which a watch of the file would never see. A pair that is none is logged, and the one before stays.
 */
export function watchCertificateFiles(
  files: CertificateFiles,
  first: ServingCertificate,
  onRenewed: (pair: ServingCertificate) => void,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): () => void {
  let current = first;
  let cancelLook = () => {};
  const look = async () => {
    lookIn(lookEveryMs);
    try {
      const pair = await readCertificateFiles(files);
      if (pair.certificate !== current.certificate || pair.key !== current.key) {
        current = pair;
        onRenewed(pair);
      }
    } catch (error) {
      logger.error('cannot renew the certificate', { reason: errorText(error), ...factsOfError(error) });
    }
  };
  const lookIn = (delayMs: number) => {
    cancelLook();
    cancelLook = clock.after(delayMs, () => void look());
  };
  const folders = new Set([files.certificatePath, files.keyPath].map((path) => dirname(path)));
  const watchers = [...folders].map((folder) =>
    watch(folder, { persistent: false }, () => lookIn(settleMs)).on('error', (error) =>
      logger.error('cannot watch the certificate', factsOfError(error)),
    ),
  );
  lookIn(lookEveryMs);
  return () => {
    cancelLook();
    for (const watcher of watchers) {
      watcher.close();
    }
  };
}
