import { factsOfError, type LogFacts, type Logger } from '../../common/logger.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { StatusError } from '../../contract/status-error.js';
import { serverEnding } from '../drive-failure.js';
import type { Engine } from '../engine.js';
import { fingerprintOfRequest, keyOfRequest } from '../fingerprint-request.js';
import { invalidArgument } from '../invalid-argument.js';
import type { Claim, ExecuteResult, LedgerRequest, LedgerTask, RequestLedger } from './request-ledger.js';

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
  /** Aborted when running drives must end. */
  readonly signal: AbortSignal;
}

/** A claim or a drive that is under way, or waits for its turn; whoever asks for the same meanwhile joins it. */
interface Flight {
  readonly fingerprint: string;
  /** What the ledger knows of its task. */
  readonly task: LedgerTask | undefined;
  callers: number;
  readonly landed: Promise<SingleFlightResult>;
}

/** Whose turn it is, and after whom. */
interface Turn {
  readonly task: LedgerTask | undefined;
  readonly before: Flight | undefined;
}

interface FlightContext extends CallContext {
  readonly joined: () => boolean;
  readonly onAnswer: () => void;
}

/**
 * Puts the ledger before an engine. A drive belongs to its request_id, not to the call that began it. Where the ledger
 * knows tasks, one task is driven at a time: another request for the same attempt at it joins, any other one waits.
 */
export function createSingleFlight(parts: SingleFlightParts): SingleFlight {
  const flights = new Map<string, Flight>();
  let stopped = false;
  let lastAnswerMs = Number.NEGATIVE_INFINITY;
  const start = (asked: LedgerRequest, more: Turn, context: CallContext): Flight => {
    const { task, before } = more;
    const joined = () => (flights.get(asked.key)?.callers ?? 0) > 1;
    const onAnswer = () => {
      lastAnswerMs = performance.now();
    };
    if (before !== undefined) {
      // Whoever waits for its turn takes no other call's.
      context.onClaimed?.();
    }
    const landed = ended(before)
      .then(() => fly(parts, stopped, asked, { ...context, joined, onAnswer }))
      .finally(() => flights.delete(asked.key));
    return { fingerprint: asked.fingerprint, task, callers: 1, landed };
  };
  return {
    // Not an async function, which would hold a joiner's request until it has its answer.
    executeOnce: (request, context) => {
      const asked = { key: keyOfRequest(request), fingerprint: fingerprintOfRequest(request), request };
      const sameId = flights.get(asked.key);
      if (sameId !== undefined && sameId.fingerprint !== asked.fingerprint) {
        context.onClaimed?.();
        return Promise.reject(usedBefore());
      }
      const task = parts.ledger.taskOf?.(request);
      const siblings = flightsOf(flights, task);
      const running = sameId ?? siblings.find((flight) => flight.task?.attempt === task?.attempt);
      if (running !== undefined) {
        context.onClaimed?.();
        return join(running);
      }
      const flight = start(asked, { task, before: siblings.at(-1) }, context);
      flights.set(asked.key, flight);
      return flight.landed;
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

/** The flights of a task in their order: each waits for the one before it. Some thousands are looked at, at the most. */
function flightsOf(flights: ReadonlyMap<string, Flight>, task: LedgerTask | undefined): Flight[] {
  return task === undefined ? [] : [...flights.values()].filter((flight) => flight.task?.key === task.key);
}

/** Resolves when a flight has ended, well or badly. */
async function ended(flight: Flight | undefined): Promise<void> {
  await flight?.landed.catch(() => undefined);
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
  const claim = await claimOf(parts.ledger, asked, stopped).finally(() => context.onClaimed?.());
  if (claim.kind === 'conflict') {
    throw usedBefore();
  }
  if (claim.kind === 'finished') {
    context.onAnswer();
    return { result: claim.result, repeat: 'replayed' };
  }
  const executed = await runEngine(parts, asked.request, context);
  await parts.ledger.finish(asked, executed.result).catch((thrown: unknown) => {
    parts.logger.error('the ledger cannot keep an answer', factsOfError(thrown));
  });
  context.onAnswer();
  return executed;
}

async function claimOf(ledger: RequestLedger, asked: LedgerRequest, stopped: boolean): Promise<Claim> {
  if (!stopped) {
    return ledger.claim(asked);
  }
  const known = await ledger.lookUp(asked);
  if (known === undefined) {
    throw serverEnding();
  }
  return known;
}

function usedBefore(): StatusError {
  const description = 'was used before, for a request with another content';
  return invalidArgument([{ field: 'request_id', description }]);
}

/** Never rejects: whatever an engine throws becomes the result, so that nobody who joined waits for ever. */
async function runEngine(
  { engine, serialize, signal }: SingleFlightParts,
  request: ExecuteRequest__Output,
  { deadlineMs, requestBytes, joined }: FlightContext,
): Promise<SingleFlightResult> {
  try {
    const { response, facts = {} } = await engine.drive(request, {
      deadlineMs,
      requestBytes,
      joined,
      signal,
    });
    return { result: { kind: 'answered', response: serialize(response) }, facts };
  } catch (thrown) {
    return { result: { kind: 'failed', error: StatusError.from(thrown) } };
  }
}
