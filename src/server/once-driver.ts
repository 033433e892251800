import type { ExecuteRequest__Output } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { StatusError } from '../contract/status-error.js';
import type { LogFacts } from '../program/logger.js';
import { invalidArgument } from './check-request.js';
import { serverEnding } from './drive-failure.js';
import type { Engine } from './engine.js';
import { fingerprintOfRequest, keyOfRequest } from './fingerprint-request.js';
import type { Outcome, RequestLedger } from './request-ledger.js';

/** How a call got its outcome, and what the log may say about it. */
export interface DrivenOnce {
  readonly outcome: Outcome;
  /** Absent for the call that drove; a joined one waited for it, a replayed one came after its end. */
  readonly repeat?: 'joined' | 'replayed';
  readonly facts?: LogFacts;
}

export interface OnceDriver {
  /** Drives a request unless its request_id was driven before. Rejects with a StatusError where nothing was driven. */
  readonly driveOnce: (request: ExecuteRequest__Output, deadlineMs: number) => Promise<DrivenOnce>;
  /** From now on only what was driven before is answered; anything else is UNAVAILABLE, as not driven. */
  readonly stop: () => void;
  /** Resolves as soon as nothing is being driven. */
  readonly idle: () => Promise<void>;
  /** Milliseconds since the last drive ended; Infinity when there was none. */
  readonly quietMs: () => number;
}

export interface OnceDriverParts {
  readonly engine: Engine;
  readonly ledger: RequestLedger;
  /** Serializes the engine's answer; the ledger keeps bytes, so a replay is the same answer to the last one. */
  readonly serialize: (response: ExecuteResponse) => Buffer;
  /** Aborted when running drives must end. */
  readonly signal: AbortSignal;
}

/** Puts the ledger before an engine. A drive belongs to its request_id, not to the call that began it. */
export function createOnceDriver(parts: OnceDriverParts): OnceDriver {
  const { ledger } = parts;
  const running = new Set<Promise<DrivenOnce>>();
  let stopped = false;
  let lastEndMs = Number.NEGATIVE_INFINITY;
  const drive = async (key: string, request: ExecuteRequest__Output, deadlineMs: number) => {
    const driven = await runEngine(parts, key, request, deadlineMs);
    await ledger.finish(key, driven.outcome);
    lastEndMs = performance.now();
    return driven;
  };
  return {
    driveOnce: async (request, deadlineMs) => {
      const key = keyOfRequest(request);
      if (stopped && ledger.lookUp(key) === undefined) throw serverEnding();
      const claim = await ledger.claim(key, fingerprintOfRequest(request));
      if (claim.kind === 'conflict') {
        const description = 'was used before, for a request with another content';
        throw invalidArgument([{ field: 'request_id', description }]);
      }
      if (claim.kind !== 'claimed') {
        return { outcome: await claim.outcome, repeat: claim.kind === 'running' ? 'joined' : 'replayed' };
      }
      const driving = drive(key, request, deadlineMs);
      running.add(driving);
      return driving.finally(() => running.delete(driving));
    },
    stop: () => {
      stopped = true;
    },
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
    quietMs: () => performance.now() - lastEndMs,
  };
}

/** Never rejects: whatever an engine throws becomes the outcome, so that nobody who joined waits for ever. */
async function runEngine(
  { engine, ledger, serialize, signal }: OnceDriverParts,
  key: string,
  request: ExecuteRequest__Output,
  deadlineMs: number,
): Promise<DrivenOnce> {
  const joined = () => (ledger.lookUp(key)?.callers ?? 0) > 1;
  try {
    const { response, facts = {} } = await engine.drive(request, { deadlineMs, joined, signal });
    return { outcome: { kind: 'answered', response: serialize(response) }, facts };
  } catch (thrown) {
    return { outcome: { kind: 'failed', error: StatusError.from(thrown) } };
  }
}
