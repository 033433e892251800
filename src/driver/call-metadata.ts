import { readFileSync } from 'node:fs';
import { Metadata } from '@grpc/grpc-js';
import type { Clock } from '../common/clock.js';
import { StatusError } from '../contract/status-error.js';
import { isUsableToken } from './usable-token.js';

/** Where the bearer token for the driver server comes from: its text, or a file, or nowhere. */
export interface TokenSource {
  readonly token: string | undefined;
  readonly tokenPath: string | undefined;
  readonly clock: Clock;
  /** Told once when the file's token cannot be used, and again after it could be. */
  readonly onUnusable: (reason: string) => void;
}

/** For so long a file's token is taken for good; projected tokens rotate. */
const keepMs = 1_000;

/** Metadata of each call, with the bearer token. Throws a StatusError while the file has none that can be sent. */
export function createCallMetadata(source: TokenSource): () => Metadata {
  const { token, tokenPath } = source;
  if (tokenPath === undefined) {
    const metadata = withToken(token?.trim());
    return () => metadata.clone();
  }
  let kept: { readonly metadata: Metadata; readonly readMs: number } | undefined;
  let isTold = false;
  return () => {
    const nowMs = source.clock.nowMs();
    if (kept !== undefined && nowMs - kept.readMs < keepMs) {
      return kept.metadata.clone();
    }
    try {
      kept = { metadata: withToken(readToken(tokenPath)), readMs: nowMs };
      isTold = false;
      return kept.metadata.clone();
    } catch (thrown) {
      kept = undefined;
      if (!isTold) {
        source.onUnusable(StatusError.from(thrown).message);
      }
      isTold = true;
      throw thrown;
    }
  };
}

function withToken(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) {
    metadata.set('authorization', `Bearer ${token}`);
  }
  return metadata;
}

/** UNAVAILABLE, because the file may be good the next time. */
function readToken(tokenPath: string): string {
  let text: string;
  try {
    text = readFileSync(tokenPath, 'utf8').trim();
  } catch (cause) {
    throw new StatusError('UNAVAILABLE', 'the file that DRIVER_TOKEN_FILE names cannot be read', { cause });
  }
  if (text === '') {
    throw new StatusError('UNAVAILABLE', 'the file that DRIVER_TOKEN_FILE names is empty');
  }
  if (!isUsableToken(text)) {
    throw new StatusError(
      'UNAVAILABLE',
      'the file that DRIVER_TOKEN_FILE names holds no token: one line of ASCII without blanks is one',
    );
  }
  return text;
}
