import { statSync } from 'node:fs';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import type { Clock } from '../common/clock.js';
import { errorText } from '../common/error-text.js';
import { isPemText, type PemSource, readCertificates, readPrivateKey } from '../common/read-pem.js';
import { StatusError } from '../contract/status-error.js';

/** Credentials of the channel, which follow their files. */
export interface DriverCredentials {
  current(): ChannelCredentials;
  /** True where the files have changed since, and `current` is another one. Looks at most once a second. */
  refresh(): boolean;
}

export interface DriverCredentialsOptions {
  /** False: plaintext, and nothing else matters. */
  readonly tls: boolean;
  /** CA of the server's certificate; undefined for the system's. */
  readonly ca: PemSource | undefined;
  /** Client certificate and its key (mTLS). */
  readonly cert: PemSource | undefined;
  readonly key: PemSource | undefined;
  readonly clock: Clock;
  /** Told once for each state of the files that cannot be used: the credentials stay what they were. */
  readonly onUnusable: (reason: string) => void;
}

const lookEveryMs = 1_000;

/** Throws a StatusError for a file that cannot be read or text that is not what it must be. */
export function createDriverCredentials(options: DriverCredentialsOptions): DriverCredentials {
  const { tls, ca, cert, key, clock } = options;
  if (!tls) {
    const plaintext = credentials.createInsecure();
    return { current: () => plaintext, refresh: () => false };
  }
  const files = [ca, cert, key].filter((source) => source !== undefined && !isPemText(source));
  let seen = stampOf(files);
  let current = read(options);
  let lookedMs = clock.nowMs();
  const refresh = () => {
    if (files.length === 0 || clock.nowMs() - lookedMs < lookEveryMs) {
      return false;
    }
    lookedMs = clock.nowMs();
    const stamp = stampOf(files);
    if (stamp === seen) {
      return false;
    }
    seen = stamp;
    try {
      current = read(options);
      return true;
    } catch (thrown) {
      options.onUnusable(StatusError.from(thrown).message);
      return false;
    }
  };
  return { current: () => current, refresh };
}

function read({ ca, cert, key }: DriverCredentialsOptions): ChannelCredentials {
  const texts = usable(() => ({
    ca: ca === undefined ? null : readCertificates('DRIVER_TLS_CA', ca),
    key: key === undefined ? null : readPrivateKey('DRIVER_TLS_KEY', key),
    cert: cert === undefined ? null : readCertificates('DRIVER_TLS_CERT', cert),
  }));
  try {
    return credentials.createSsl(texts.ca, texts.key, texts.cert);
  } catch (cause) {
    throw new StatusError('INVALID_ARGUMENT', 'DRIVER_TLS_CERT and DRIVER_TLS_KEY do not belong together', {
      cause,
    });
  }
}

function usable<Texts>(read: () => Texts): Texts {
  try {
    return read();
  } catch (cause) {
    throw new StatusError('INVALID_ARGUMENT', errorText(cause), { cause });
  }
}

/** Changes with each file; Kubernetes replaces them by a symbolic link, so that the inode changes too. */
function stampOf(files: readonly (string | undefined)[]): string {
  return files.map((file) => fileStamp(String(file))).join();
}

function fileStamp(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino}:${mtimeMs}:${size}`;
  } catch {
    return 'none';
  }
}
