import { factsOfError, type LogFacts, type Logger } from '../../common/logger.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { StatusError } from '../../contract/status-error.js';
import { leaseLost, serverEnding } from '../drive-failure.js';
import type { Engine } from '../engine.js';
import { invalidArgument } from '../invalid-argument.js';
import { inStage, type ObserveStage, type ServerMeasures } from '../measures.js';
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
  /** Calls back once the call has ended, however it did, also where its drive goes on. */
  readonly onEnd?: (callback: () => void) => void;
  readonly observe?: ObserveStage;
}

/** What a request is claimed and driven with. */
export interface SingleFlightParts {
  readonly engine: Engine;
  readonly ledger: RequestLedger;
  /** Serializes the engine's answer; the ledger keeps bytes, so a replay is the same answer to the last one. */
  readonly serialize: (response: ExecuteResponse) => Buffer;
  readonly logger: Pick<Logger, 'error'>;
  readonly measures?: Pick<ServerMeasures, 'repeated'>;
  /** Of the drives that begin now: aborted when they must end. */
  readonly signal: () => AbortSignal;
  /** Undefined while this server may drive; else why not (DriveRight). */
  readonly refusal?: () => StatusError | undefined;
}

/** The same for the call that drives. */
export interface FlightContext extends CallContext {
  readonly joined: () => boolean;
  readonly onAnswer: () => void;
}

/** From the claim to the answer, which the ledger has before anybody hears it. */
export async function claimAndDrive(
  parts: SingleFlightParts,
  stopped: boolean,
  asked: LedgerRequest,
  context: FlightContext,
): Promise<SingleFlightResult> {
  const { observe } = context;
  const claiming = inStage(observe, 'ledger claim', () => claimOf(parts, asked, stopped));
  const claim = await claiming.finally(() => context.onClaimed?.());
  if (claim.kind === 'conflict') {
    throw usedBefore(parts);
  }
  if (claim.kind === 'finished') {
    context.onAnswer();
    parts.measures?.repeated('replayed');
    return { result: claim.result, repeat: 'replayed' };
  }
  // Claiming takes time, in which the right to drive may have gone.
  const refusal = parts.refusal?.();
  const executed = refusal === undefined ? await runEngine(parts, asked.request, context) : failedBy(refusal);
  const finish = () => parts.ledger.finish(asked, executed.result);
  await inStage(observe, 'ledger finish', finish).catch((thrown: unknown) => {
    parts.logger.error('the ledger cannot keep an answer', factsOfError(thrown));
  });
  context.onAnswer();
  // Of a server that was stopped meanwhile: for want of a record another one may have taken the execution out of its DAG.
  const isOvertaken = parts.refusal?.() !== undefined && findsOrphans(parts, asked.request);
  return isOvertaken && executed.result.kind === 'answered' ? failedBy(leaseLost(true)) : executed;
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

export function usedBefore({ measures }: SingleFlightParts): StatusError {
  measures?.repeated('conflict');
  const description = 'was used before, for a request with another content';
  return invalidArgument([{ field: 'request_id', description }]);
}

/** Never rejects: whatever an engine throws becomes the result, so that nobody who joined waits for ever. */
async function runEngine(
  { engine, ledger, serialize, signal, refusal }: SingleFlightParts,
  request: ExecuteRequest__Output,
  { deadlineMs, requestBytes, joined, observe }: FlightContext,
): Promise<SingleFlightResult> {
  try {
    const { response, facts = {} } = await engine.drive(request, {
      deadlineMs,
      requestBytes,
      joined,
      signal: signal(),
      ...(refusal !== undefined && { refusal }),
      ...(observe !== undefined && { observe }),
    });
    // Of a server that was stopped for so long that another one drives: that one's answer counts.
    if (refusal?.() !== undefined) {
      throw leaseLost(findsOrphans({ ledger }, request));
    }
    const told = response.cached === undefined ? facts : { ...facts, cached: response.cached };
    return { result: { kind: 'answered', response: serialize(response) }, facts: told };
  } catch (thrown) {
    return failedBy(thrown);
  }
}

function findsOrphans(
  { ledger }: Pick<SingleFlightParts, 'ledger'>,
  request: ExecuteRequest__Output,
): boolean {
  return ledger.taskOf?.(request)?.findsOrphans ?? false;
}

function failedBy(thrown: unknown): SingleFlightResult {
  return { result: { kind: 'failed', error: StatusError.from(thrown) } };
}
