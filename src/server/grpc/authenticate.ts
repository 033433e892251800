import { readFile } from 'node:fs/promises';
import type { Metadata } from '@grpc/grpc-js';
import { isTokenOf, tokensOf } from '../../common/bearer-tokens.js';
import { StatusError } from '../../contract/status-error.js';
import type { TokenSource } from '../token-source.js';

/** Rejects with a StatusError for a caller who may not call. */
export type Authenticate = (metadata: Metadata) => Promise<void>;

/**
 * Takes callers with one of the bearer tokens of a source, which has one a line: the next one and the one before it are
 * both good while callers change over. Rejects with UNAUTHENTICATED for another token or none, with UNAVAILABLE while the
 * source has none.
 */
export function authenticateByToken(source: TokenSource): Authenticate {
  const isToken = async (bearer: string, read: () => Promise<string>) => {
    const text = await read().catch((error: unknown) => {
      throw unreadable(source, error);
    });
    const tokens = tokensOf(text);
    // Nothing, as in a file while it is being written, must not be a token that an empty bearer matches.
    if (tokens.length === 0) {
      throw unreadable(source);
    }
    return isTokenOf(tokens, bearer);
  };
  return async (metadata) => {
    const given = metadata.get('authorization');
    const [, bearer] = /^Bearer +(\S+) *$/i.exec(given.length === 1 ? String(given[0]) : '') ?? [];
    // The source is read first: while it has no token, the caller's is not at fault.
    const isGood = await isToken(bearer ?? '', () => source.read());
    if (bearer === undefined) {
      throw new StatusError('UNAUTHENTICATED', 'the call has no bearer token: set DRIVER_TOKEN');
    }
    const { readAgain } = source;
    if (!isGood && (readAgain === undefined || !(await isToken(bearer, readAgain)))) {
      throw new StatusError('UNAUTHENTICATED', "the bearer token is not this driver server's");
    }
  };
}

/** A token in a file, which is read for each call because it may rotate. */
export function tokenFromFile(path: string): TokenSource {
  return { place: 'the file that SERVER_TOKEN_FILE names', read: () => readFile(path, 'utf8') };
}

function unreadable({ place }: TokenSource, cause?: unknown): StatusError {
  return new StatusError('UNAVAILABLE', `${place} holds no token now`, { cause });
}
