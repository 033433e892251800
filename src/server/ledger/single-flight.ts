import type { LogFacts } from '../../common/logger.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { StatusError } from '../../contract/status-error.js';
import { serverEnding } from '../drive-failure.js';
import type { Engine } from '../engine.js';
import { fingerprintOfRequest, keyOfRequest } from '../fingerprint-request.js';
import { invalidArgument } from '../invalid-argument.js';
import type { ExecuteResult, RequestLedger } from './request-ledger.js';

/** How a call got its result, and what the log may say about it. */
export interface SingleFlightResult {
  readonly result: ExecuteResult;
  /** Absent for the call that drove; a joined one waited for it, a replayed one came after its end. */
  readonly repeat?: 'joined' | 'replayed';
  readonly facts?: LogFacts;
}

export interface SingleFlight {
  /** Drives a request unless its request_id was driven before. Rejects with a StatusError where nothing was driven. */
  readonly executeOnce: (request: ExecuteRequest__Output, deadlineMs: number) => Promise<SingleFlightResult>;
  /** From now on only what was driven before is answered; anything else is UNAVAILABLE, as not driven. */
  readonly stop: () => void;
  /** Resolves as soon as nothing is being driven. */
  readonly idle: () => Promise<void>;
  /** Milliseconds since the last drive ended; Infinity when there was none. */
  readonly quietMs: () => number;
}

export interface SingleFlightParts {
  readonly engine: Engine;
  readonly ledger: RequestLedger;
  /** Serializes the engine's answer; the ledger keeps bytes, so a replay is the same answer to the last one. */
  readonly serialize: (response: ExecuteResponse) => Buffer;
  /** Aborted when running drives must end. */
  readonly signal: AbortSignal;
}

/** Puts the ledger before an engine. A drive belongs to its request_id, not to the call that began it. */
export function createSingleFlight(parts: SingleFlightParts): SingleFlight {
  const { ledger } = parts;
  const running = new Set<Promise<SingleFlightResult>>();
  let stopped = false;
  let lastEndMs = Number.NEGATIVE_INFINITY;
  const drive = async (key: string, request: ExecuteRequest__Output, deadlineMs: number) => {
    const executed = await runEngine(parts, key, request, deadlineMs);
    await ledger.finish(key, executed.result);
    lastEndMs = performance.now();
    return executed;
  };
  return {
    executeOnce: async (request, deadlineMs) => {
      const key = keyOfRequest(request);
      if (stopped && ledger.lookUp(key) === undefined) {
        throw serverEnding();
      }
      const claim = await ledger.claim(key, fingerprintOfRequest(request));
      if (claim.kind === 'conflict') {
        const description = 'was used before, for a request with another content';
        throw invalidArgument([{ field: 'request_id', description }]);
      }
      if (claim.kind !== 'claimed') {
        return { result: await claim.result, repeat: claim.kind === 'running' ? 'joined' : 'replayed' };
      }
      const driving = drive(key, request, deadlineMs);
      running.add(driving);
      return driving.finally(() => running.delete(driving));
    },
    stop: () => {
      stopped = true;
    },
    idle: async () => {
      while (running.size > 0) {
        await Promise.allSettled(running);
      }
    },
    quietMs: () => performance.now() - lastEndMs,
  };
}

/** Never rejects: whatever an engine throws becomes the result, so that nobody who joined waits for ever. */
async function runEngine(
  { engine, ledger, serialize, signal }: SingleFlightParts,
  key: string,
  request: ExecuteRequest__Output,
  deadlineMs: number,
): Promise<SingleFlightResult> {
  const joined = () => (ledger.lookUp(key)?.callers ?? 0) > 1;
  try {
    const { response, facts = {} } = await engine.drive(request, { deadlineMs, joined, signal });
    return { result: { kind: 'answered', response: serialize(response) }, facts };
  } catch (thrown) {
    return { result: { kind: 'failed', error: StatusError.from(thrown) } };
  }
}
