import type { experimental } from '@grpc/grpc-js';

/** What TLS needs of files. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Of the callers' certificates. */
  readonly ca: Buffer | undefined;
}

export interface RenewalEvents {
  readonly renewed: () => void;
  /** `read` threw: what was read before stays in use. */
  readonly failed: (thrown: unknown) => void;
}

const defaultRefreshMs = 10_000;
const nothing = Buffer.alloc(0);

/**
 * Hands TLS files to grpc-js (its CertificateProvider, experimental in 1.14.7) and reads them again every `refreshMs`.
 * grpc-js's own FileWatcherCertificateProvider takes whatever it finds, and a certificate that was read just before its
 * key was replaced would end every handshake. `read` throws for files that are not good together.
 */
export function createRenewedFiles(
  read: () => TlsFiles,
  events: RenewalEvents,
  refreshMs = defaultRefreshMs,
): experimental.CertificateProvider {
  let files = read();
  let hasFailed = false;
  const identities = new Set<experimental.IdentityCertificateUpdateListener>();
  const cas = new Set<experimental.CaCertificateUpdateListener>();
  const tellIdentity = (listener: experimental.IdentityCertificateUpdateListener) =>
    listener({ certificate: files.cert, privateKey: files.key });
  const tellCa = (listener: experimental.CaCertificateUpdateListener) =>
    listener(files.ca === undefined ? null : { caCertificate: files.ca });
  const refresh = () => {
    try {
      const found = read();
      hasFailed = false;
      if (areEqual(found, files)) {
        return;
      }
      files = found;
      identities.forEach(tellIdentity);
      cas.forEach(tellCa);
      events.renewed();
    } catch (thrown) {
      // Once for each time that they are broken, not every few seconds.
      if (!hasFailed) {
        events.failed(thrown);
      }
      hasFailed = true;
    }
  };
  setInterval(refresh, refreshMs).unref();
  return {
    // Later, because grpc-js looks out for it only after this.
    addIdentityCertificateListener: (listener) => {
      identities.add(listener);
      process.nextTick(tellIdentity, listener);
    },
    removeIdentityCertificateListener: (listener) => void identities.delete(listener),
    addCaCertificateListener: (listener) => {
      cas.add(listener);
      process.nextTick(tellCa, listener);
    },
    removeCaCertificateListener: (listener) => void cas.delete(listener),
  };
}

function areEqual(one: TlsFiles, other: TlsFiles): boolean {
  const isSame = (a: Buffer | undefined, b: Buffer | undefined) =>
    Buffer.compare(a ?? nothing, b ?? nothing) === 0;
  return isSame(one.cert, other.cert) && isSame(one.key, other.key) && isSame(one.ca, other.ca);
}
