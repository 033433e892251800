import { factsOfError, type LogFacts, type Logger } from '../../common/logger.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { StatusError } from '../../contract/status-error.js';
import { leaseLost, serverEnding } from '../drive-failure.js';
import type { Engine } from '../engine.js';
import { fingerprintOfRequest, keyOfRequest } from '../fingerprint-request.js';
import { invalidArgument } from '../invalid-argument.js';
import type { Claim, ExecuteResult, LedgerRequest, RequestLedger } from './request-ledger.js';

/** How a call got its result, and what the log may say about it. */
export interface SingleFlightResult {
  readonly result: ExecuteResult;
  /** Absent for the call that drove; a joined one waited for it, a replayed one came after its end. */
  readonly repeat?: 'joined' | 'replayed';
  readonly facts?: LogFacts;
}

/** What single flight must know of a call beside its request. */
export interface CallContext {
  /** When the caller stops waiting, epoch milliseconds; Infinity without a deadline. */
  readonly deadlineMs: number;
  /** Size of the request on the wire. */
  readonly requestBytes: number;
  /** Called once the request is refused, joined, replayed or in the engine's hands. */
  readonly onClaimed?: () => void;
}

export interface SingleFlight {
  /** Drives a request unless its request_id was driven before. Rejects with a StatusError where nothing was driven. */
  readonly executeOnce: (
    request: ExecuteRequest__Output,
    context: CallContext,
  ) => Promise<SingleFlightResult>;
  /** From now on only what was driven before is answered; anything else is UNAVAILABLE, as not driven. */
  readonly stop: () => void;
  /** Resolves as soon as nothing is being driven. */
  readonly idle: () => Promise<void>;
  /** Milliseconds since the last drive ended or a repeat got its answer; Infinity when there was none. */
  readonly quietMs: () => number;
}

export interface SingleFlightParts {
  readonly engine: Engine;
  readonly ledger: RequestLedger;
  /** Serializes the engine's answer; the ledger keeps bytes, so a replay is the same answer to the last one. */
  readonly serialize: (response: ExecuteResponse) => Buffer;
  readonly logger: Pick<Logger, 'error'>;
  /** Of the drives that begin now: aborted when they must end. */
  readonly signal: () => AbortSignal;
  /** Undefined while this server may drive; else why not (DriveRight). */
  readonly refusal?: () => StatusError | undefined;
}

/** A claim or a drive that is under way; whoever asks for the same meanwhile joins it. */
interface Flight {
  readonly fingerprint: string;
  callers: number;
  readonly landed: Promise<SingleFlightResult>;
}

interface FlightContext extends CallContext {
  readonly joined: () => boolean;
  readonly onAnswer: () => void;
}

/** Puts the ledger before an engine. A drive belongs to its request_id, not to the call that began it. */
export function createSingleFlight(parts: SingleFlightParts): SingleFlight {
  const flights = new Map<string, Flight>();
  let stopped = false;
  let lastAnswerMs = Number.NEGATIVE_INFINITY;
  const start = (asked: LedgerRequest, context: CallContext): Flight => {
    const joined = () => (flights.get(asked.key)?.callers ?? 0) > 1;
    const onAnswer = () => {
      lastAnswerMs = performance.now();
    };
    const landed = fly(parts, stopped, asked, { ...context, joined, onAnswer }).finally(() => {
      flights.delete(asked.key);
    });
    return { fingerprint: asked.fingerprint, callers: 1, landed };
  };
  return {
    // Not an async function, which would hold a joiner's request until it has its answer.
    executeOnce: (request, context) => {
      const asked = { key: keyOfRequest(request), fingerprint: fingerprintOfRequest(request), request };
      const running = flights.get(asked.key);
      if (running === undefined) {
        const flight = start(asked, context);
        flights.set(asked.key, flight);
        return flight.landed;
      }
      context.onClaimed?.();
      return running.fingerprint === asked.fingerprint ? join(running) : Promise.reject(usedBefore());
    },
    stop: () => {
      stopped = true;
    },
    idle: async () => {
      while (flights.size > 0) {
        await Promise.allSettled([...flights.values()].map(({ landed }) => landed));
      }
    },
    quietMs: () => performance.now() - lastAnswerMs,
  };
}

function join(flight: Flight): Promise<SingleFlightResult> {
  flight.callers += 1;
  return flight.landed.then(({ result }) => ({ result, repeat: 'joined' }));
}

/** From the claim to the answer, which the ledger has before anybody hears it. */
async function fly(
  parts: SingleFlightParts,
  stopped: boolean,
  asked: LedgerRequest,
  context: FlightContext,
): Promise<SingleFlightResult> {
  const claim = await claimOf(parts, asked, stopped).finally(() => context.onClaimed?.());
  if (claim.kind === 'conflict') {
    throw usedBefore();
  }
  if (claim.kind === 'finished') {
    context.onAnswer();
    return { result: claim.result, repeat: 'replayed' };
  }
  // Claiming takes time, in which the right to drive may have gone.
  const refusal = parts.refusal?.();
  const executed = refusal === undefined ? await runEngine(parts, asked.request, context) : failedBy(refusal);
  await parts.ledger.finish(asked, executed.result).catch((thrown: unknown) => {
    parts.logger.error('the ledger cannot keep an answer', factsOfError(thrown));
  });
  context.onAnswer();
  return executed;
}

/** Whoever may not drive does not ask the ledger either, whose word on what another drives just now means nothing. */
async function claimOf(
  { ledger, refusal }: SingleFlightParts,
  asked: LedgerRequest,
  stopped: boolean,
): Promise<Claim> {
  const refused = refusal?.();
  if (!stopped) {
    if (refused !== undefined) {
      throw refused;
    }
    return ledger.claim(asked);
  }
  const known = await ledger.lookUp(asked).catch((thrown: unknown) => {
    throw refusal?.() ?? thrown;
  });
  if (known === undefined) {
    throw refusal?.() ?? serverEnding();
  }
  return known;
}

function usedBefore(): StatusError {
  const description = 'was used before, for a request with another content';
  return invalidArgument([{ field: 'request_id', description }]);
}

/** Never rejects: whatever an engine throws becomes the result, so that nobody who joined waits for ever. */
async function runEngine(
  { engine, serialize, signal, refusal }: SingleFlightParts,
  request: ExecuteRequest__Output,
  { deadlineMs, requestBytes, joined }: FlightContext,
): Promise<SingleFlightResult> {
  try {
    const { response, facts = {} } = await engine.drive(request, {
      deadlineMs,
      requestBytes,
      joined,
      signal: signal(),
      ...(refusal !== undefined && { refusal }),
    });
    // Of a server that was stopped for so long that another one drives: that one's answer counts.
    if (refusal?.() !== undefined) {
      throw leaseLost();
    }
    return { result: { kind: 'answered', response: serialize(response) }, facts };
  } catch (thrown) {
    return failedBy(thrown);
  }
}

function failedBy(thrown: unknown): SingleFlightResult {
  return { result: { kind: 'failed', error: StatusError.from(thrown) } };
}
