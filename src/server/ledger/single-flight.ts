import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { StatusError } from '../../contract/status-error.js';
import { createByteBudget } from '../byte-budget.js';
import { noRoomForRepeat, serverBusy } from '../drive-failure.js';
import { fingerprintOfRequest, keyOfRequest } from '../fingerprint-request.js';
import {
  type CallContext,
  claimAndDrive,
  type SingleFlightParts,
  type SingleFlightResult,
  usedBefore,
} from './claim-and-drive.js';
import type { LedgerRequest, LedgerTask } from './request-ledger.js';

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

/**
 * Bytes of the requests whose calls wait for another one's drive: gRPC keeps them until the call ends, although nobody
 * needs them any more. As many as calls may be open of an ordinary size, or 8 of the largest.
 */
export const maxRepeatBytes = 32 << 20;

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

/**
 * Puts the ledger before an engine. A drive belongs to its request_id, not to the call that began it. Where the ledger
 * knows tasks, one task is driven at a time: another request for the same attempt at it joins, any other one waits.
 */
export function createSingleFlight(parts: SingleFlightParts): SingleFlight {
  const flights = new Map<string, Flight>();
  const repeats = createByteBudget(maxRepeatBytes);
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
      .then(() => claimAndDrive(parts, stopped, asked, { ...context, joined, onAnswer }))
      .finally(() => flights.delete(asked.key));
    return { fingerprint: asked.fingerprint, task, callers: 1, landed };
  };
  const holdUntilEnd = ({ landed }: Flight, { requestBytes, onEnd }: CallContext): boolean => {
    const release = repeats.take(requestBytes);
    if (release === undefined) {
      return false;
    }
    onEnd?.(release);
    landed.then(release, release);
    return true;
  };
  return {
    // Not an async function, which would hold a joiner's request until it has its answer.
    executeOnce: (request, context) => {
      const asked = { key: keyOfRequest(request), fingerprint: fingerprintOfRequest(request), request };
      const sameId = flights.get(asked.key);
      if (sameId !== undefined && sameId.fingerprint !== asked.fingerprint) {
        context.onClaimed?.();
        return Promise.reject(usedBefore(parts));
      }
      const task = parts.ledger.taskOf?.(request);
      const siblings = flightsOf(flights, task);
      const running = sameId ?? siblings.find((flight) => flight.task?.attempt === task?.attempt);
      const before = siblings.at(-1);
      const waitsFor = running ?? before;
      if (waitsFor !== undefined && !holdUntilEnd(waitsFor, context)) {
        return Promise.reject(noRoomToWait(running !== undefined));
      }
      if (running !== undefined) {
        context.onClaimed?.();
        parts.measures?.repeated('joined');
        return join(running);
      }
      const flight = start(asked, { task, before }, context);
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

function noRoomToWait(isRunning: boolean): StatusError {
  const why = 'too many large requests wait for drivers that run already';
  return isRunning ? noRoomForRepeat(`its driver runs, and ${why}`) : serverBusy(why);
}

function join(flight: Flight): Promise<SingleFlightResult> {
  flight.callers += 1;
  return flight.landed.then(({ result }) => ({ result, repeat: 'joined' }));
}
