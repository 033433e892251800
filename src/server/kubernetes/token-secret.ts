import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { factsOfError, type Logger } from '../../common/logger.js';
import { StatusError } from '../../contract/status-error.js';
import type { TokenSource } from '../token-source.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { readSecret, writeSecret } from './secret.js';

/** Which key of which Secret holds the token. */
export interface TokenPlace {
  readonly namespace: string;
  readonly secret: string;
  readonly key: string;
}

/** When the Secret is read. */
export interface TokenTimes {
  /** So often is it tried at start while Kubernetes does not answer. */
  readonly attempts: number;
  readonly pauseMs: number;
  /** So old may a token be before the Secret is read again. */
  readonly maxAgeMs: number;
  /** Callers with another token have the Secret read again too, but not more often than this. */
  readonly minAgeMs: number;
}

const tokenBytes = 32;
const usualTimes: TokenTimes = { attempts: 10, pauseMs: 1000, maxAgeMs: 60_000, minAgeMs: 5_000 };
const conflictAttempts = 5;

/**
 * The bearer token in a Secret of Kubernetes. An empty Secret is filled with 32 random bytes as base64url; what stands
 * there already is never overwritten. Resolves once there is a token. Rejects with a StatusError where the
 * Secret is absent or the service account may not get and update it, and where Kubernetes stays silent.
 */
export async function tokenFromSecret(
  api: KubernetesApi,
  place: TokenPlace,
  logger: Logger,
  { attempts, pauseMs, maxAgeMs, minAgeMs } = usualTimes,
): Promise<TokenSource> {
  let token = await withPatience(() => readOrFill(api, place, logger), attempts, pauseMs);
  let readAt = performance.now();
  let reading: Promise<string> | undefined;
  const readNow = async () => {
    try {
      token = await readOrFill(api, place, logger);
    } catch (error) {
      // The last one stays good: Kubernetes may be away while drivers are not.
      logger.warn('the token cannot be read again', { secret: place.secret, ...factsOfError(error) });
    } finally {
      readAt = performance.now();
      reading = undefined;
    }
    return token;
  };
  const youngerThan = async (ageMs: number) => {
    if (reading === undefined && performance.now() - readAt >= ageMs) {
      reading = readNow();
    }
    return reading ?? token;
  };
  return {
    place: `the Secret "${place.secret}"`,
    read: () => youngerThan(maxAgeMs),
    readAgain: () => youngerThan(minAgeMs),
  };
}

async function withPatience<Value>(
  attempt: () => Promise<Value>,
  attempts: number,
  pauseMs: number,
): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= attempts || isFinal(error)) {
        throw error;
      }
      await sleep(pauseMs);
    }
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof StatusError && error.status === 'FAILED_PRECONDITION';
}

async function readOrFill(api: KubernetesApi, place: TokenPlace, logger: Logger): Promise<string> {
  for (let tries = 0; tries < conflictAttempts; tries++) {
    const secret = await readSecret(api, place.namespace, place.secret);
    const found = Buffer.from(secret.data?.[place.key] ?? '', 'base64')
      .toString('utf8')
      .trim();
    if (found !== '') {
      return found;
    }
    const made = randomBytes(tokenBytes).toString('base64url');
    const data = { ...secret.data, [place.key]: Buffer.from(made).toString('base64') };
    // With the version that was read: whoever was faster has made the token that counts.
    if (await writeSecret(api, { ...secret, data })) {
      logger.info('filled the token', { secret: place.secret });
      return made;
    }
  }
  throw new StatusError('ABORTED', `the Secret "${place.secret}" is changed by others all the time`);
}
