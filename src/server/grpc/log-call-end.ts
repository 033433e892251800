import { factsOfError, type LogFacts, type Logger } from '../../common/logger.js';
import type { SingleFlightResult } from '../ledger/claim-and-drive.js';

/** What the log is told of a call beside its result. */
export interface EndedCall {
  /** What the request says of itself, from factsOfRequest. */
  readonly asked: LogFacts;
  readonly bytesIn: number;
  readonly ms: number;
  /** The client cancelled, went away or ran out of its deadline before the end. */
  readonly clientGone: boolean;
  /** Why the caller did not get the answer that there is, and was told to ask again. */
  readonly withheldBecause: string | undefined;
}

/** Writes the one line of a call: ids, status, sizes and times. Never arguments, patches or messages of a status. */
export function logCallEnd(
  logger: Logger,
  { result, repeat, facts }: SingleFlightResult,
  call: EndedCall,
): void {
  const common: LogFacts = {
    ...call.asked,
    ms: call.ms,
    bytesIn: call.bytesIn,
    bytesOut: result.kind === 'answered' && call.withheldBecause === undefined ? result.response.length : 0,
    repeat,
    clientGone: call.clientGone || undefined,
    ...facts,
  };
  if (result.kind === 'answered') {
    if (call.withheldBecause === undefined) {
      logger.info('drove', { ...common, status: 'OK' });
    } else {
      logger.warn('drove', { ...common, status: 'UNAVAILABLE', reason: call.withheldBecause });
    }
    return;
  }
  const { status, details, cause } = result.error;
  const failure = { ...common, status, reason: details.errorInfo?.reason };
  if (cause === undefined) {
    logger.warn('did not drive', failure);
  } else {
    logger.error('did not drive', { ...failure, ...factsOfError(cause) });
  }
}
