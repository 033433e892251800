import type { DeclaredOutput } from '../argo/parse-execute-template.js';
import type { LogFacts } from '../common/log-fields.js';
import { factsOfError, type Logger } from '../common/logger.js';
import type { DriverType } from '../contract/driver-type.js';
import { type CallDriverOptions, callDriver } from './call-driver.js';
import type { Work } from './call-ledger.js';
import { type FinalAnswer, toFinalAnswer, toInternalError } from './final-answer.js';
import { Progress } from './progress.js';
import type { DriverRequest } from './to-driver-request.js';

/** One attempt at one task. */
export interface Attempt {
  /** Not the template: its texts are parts of the POST's body, and would keep it while the driver is at work. */
  readonly declaredOutputs: readonly DeclaredOutput[];
  readonly request: DriverRequest;
  readonly requestId: string;
  /** True where this attempt was made before, so that the driver may have run under its request_id. */
  readonly again: boolean;
  readonly facts: LogFacts;
}

/** Starts attempts, and knows how long they have lately taken. */
export interface Attempts {
  start(attempt: Attempt): Work<FinalAnswer>;
  /** Moving average over the last calls of a type that were answered, in milliseconds. */
  recentMs(type: DriverType): number | undefined;
}

export interface AttemptsOptions extends CallDriverOptions {
  readonly maxOutputBytes: number;
  readonly logger: Logger;
}

/** Weight of the newest call in the moving average. */
const newestWeight = 0.3;

export function createAttempts(options: AttemptsOptions): Attempts {
  const recentMs = new Map<DriverType, number>();
  const noteDuration = (type: DriverType, durationMs: number) => {
    const average = recentMs.get(type) ?? durationMs;
    recentMs.set(type, average + (durationMs - average) * newestWeight);
  };
  return {
    start: (attempt) => {
      const progress = new Progress(options.clock.nowMs(), attempt.again);
      const answer = drive(options, attempt, progress, noteDuration).catch((error: unknown) => {
        const { facts, requestId } = attempt;
        const message = 'an attempt failed with an internal error';
        options.logger.error(message, facts, { requestId }, factsOfError(error));
        return toInternalError();
      });
      return { progress, answer };
    },
    recentMs: (type) => recentMs.get(type),
  };
}

/** Undefined if this process ends before the attempt does. */
async function drive(
  options: AttemptsOptions,
  { declaredOutputs, request, requestId, facts }: Attempt,
  progress: Progress,
  noteDuration: (type: DriverType, durationMs: number) => void,
): Promise<FinalAnswer | undefined> {
  // Not by a spread: of so many properties V8 may make a shape for each object.
  const message = Object.assign({}, request.message, { request_id: requestId });
  const result = await callDriver(options, message, progress);
  if (result.kind === 'ended') {
    return undefined;
  }
  const nowMs = options.clock.nowMs();
  const attemptMs = Math.round(nowMs - (progress.calledMs ?? nowMs));
  if (result.kind === 'answered') {
    noteDuration(request.type, attemptMs);
  }
  const { maxOutputBytes } = options;
  const answer = toFinalAnswer(declaredOutputs, request, result, { maxOutputBytes, progress, nowMs });
  const { failedCalls } = progress;
  // Nobody else has the answer yet.
  const attemptFacts = Object.assign(answer.facts, { requestId, failedCalls, attemptMs });
  options.logger.debug('ended an attempt', facts, attemptFacts);
  return answer;
}
