import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Metadata } from '@grpc/grpc-js';
import { StatusError } from '../../contract/status-error.js';

/** Rejects with a StatusError for a caller who may not call. */
export type Authenticate = (metadata: Metadata) => Promise<void>;

/**
 * Takes callers with the bearer token of a file, which is read for each call because it may rotate. Rejects with
 * UNAUTHENTICATED for another token or none, with UNAVAILABLE while the file cannot be read.
 */
export function authenticateByToken(tokenPath: string): Authenticate {
  return async (metadata) => {
    const token = await readFile(tokenPath, 'utf8').catch((error: unknown) => {
      throw unreadable(error);
    });
    // An empty file, as while it is being written, must not be a token that an empty bearer matches.
    if (token.trim() === '') {
      throw unreadable();
    }
    const given = metadata.get('authorization');
    const [, bearer] = /^Bearer +(\S+) *$/i.exec(given.length === 1 ? String(given[0]) : '') ?? [];
    if (bearer === undefined) {
      throw new StatusError('UNAUTHENTICATED', 'the call has no bearer token: set DRIVER_TOKEN_FILE');
    }
    if (!timingSafeEqual(digest(bearer), digest(token.trim()))) {
      throw new StatusError('UNAUTHENTICATED', "the bearer token is not this driver server's");
    }
  };
}

/** Equal lengths, so that the comparison takes the same time for every token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function unreadable(cause?: unknown): StatusError {
  return new StatusError('UNAVAILABLE', 'the file that SERVER_TOKEN_FILE names holds no token now', {
    cause,
  });
}
