import type { ExecuteRequest__Output } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { factsOfError, type LogFacts, type Logger } from '../program/logger.js';
import type { DrivenOnce } from './once-driver.js';

/** Longest id or name in the log, UTF-16 units: a caller chooses them. */
const maxLoggedLength = 200;

/** What the log is told of a call beside its outcome. */
export interface EndedCall {
  readonly request: ExecuteRequest__Output;
  readonly bytesIn: number;
  readonly ms: number;
  /** The client cancelled, went away or ran out of its deadline before the end. */
  readonly clientGone: boolean;
}

/** Writes the one line of a call: ids, status, sizes and times. Never arguments, patches or messages of a status. */
export function logCallEnd(logger: Logger, { outcome, repeat, facts }: DrivenOnce, call: EndedCall): void {
  const common: LogFacts = {
    ...factsOfRequest(call.request),
    ms: call.ms,
    bytesIn: call.bytesIn,
    bytesOut: outcome.kind === 'answered' ? outcome.response.length : 0,
    repeat,
    clientGone: call.clientGone || undefined,
    ...facts,
  };
  if (outcome.kind === 'answered') {
    logger.info('drove', { ...common, status: 'OK' });
    return;
  }
  const { status, details, cause } = outcome.error;
  const failure = { ...common, status, reason: details.errorInfo?.reason };
  if (cause === undefined) logger.warn('did not drive', failure);
  else logger.error('did not drive', { ...failure, ...factsOfError(cause) });
}

/** The ids and names of a request. */
export function factsOfRequest({ request_id, workflow, task_name, type }: ExecuteRequest__Output): LogFacts {
  return {
    requestId: request_id?.slice(0, maxLoggedLength),
    workflow: workflow?.name?.slice(0, maxLoggedLength),
    namespace: workflow?.namespace?.slice(0, maxLoggedLength),
    uid: workflow?.uid?.slice(0, maxLoggedLength),
    task: task_name?.slice(0, maxLoggedLength),
    type,
  };
}
