import type { PluginTemplate } from '../argo/parse-execute-template.js';
import { notSucceeded } from '../argo/reply.js';
import { factsOfError, type LogFacts, type Logger } from '../common/logger.js';
import type { DriverType } from '../contract/driver-type.js';
import { type CallDriverOptions, callDriver, newProgress, type Progress } from './call-driver.js';
import type { Work } from './call-ledger.js';
import { type FinalAnswer, toFinalAnswer } from './final-answer.js';
import type { DriverRequest } from './to-driver-request.js';

/** One attempt at a task. */
export interface Attempt {
  readonly template: PluginTemplate;
  readonly request: DriverRequest;
  readonly requestId: string;
  /** True where this attempt was made before, so that the driver may have run under its request_id. */
  readonly again: boolean;
  readonly facts: LogFacts;
}

/** Starts attempts, and knows how long they have lately taken. */
export interface Attempts {
  start(attempt: Attempt): Work<FinalAnswer, Progress>;
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
  return {
    start: (attempt) => {
      const progress = newProgress(options.clock.nowMs(), attempt.again);
      const answer = drive(options, attempt, progress, (durationMs) => {
        const average = recentMs.get(attempt.request.type) ?? durationMs;
        recentMs.set(attempt.request.type, average + (durationMs - average) * newestWeight);
      }).catch((error: unknown) => internalError(options.logger, attempt, error));
      return { progress, answer };
    },
    recentMs: (type) => recentMs.get(type),
  };
}

async function drive(
  options: AttemptsOptions,
  { template, request, requestId, facts }: Attempt,
  progress: Progress,
  noteDuration: (durationMs: number) => void,
): Promise<FinalAnswer> {
  const result = await callDriver(options, { ...request.message, request_id: requestId }, progress);
  const nowMs = options.clock.nowMs();
  const ms = Math.round(nowMs - (progress.turnMs ?? progress.beganMs));
  if (result.kind === 'answered') {
    noteDuration(ms);
  }
  const limits = { maxOutputBytes: options.maxOutputBytes, progress, nowMs };
  const answer = toFinalAnswer(template, request, result, limits);
  const driveFacts = { ...answer.facts, requestId, failedCalls: progress.tries, attemptMs: ms };
  options.logger.debug('ended an attempt', { ...facts, ...driveFacts });
  return { ...answer, facts: driveFacts };
}

/** A bug must neither hang the node nor drive its task twice. */
function internalError(logger: Logger, { facts, requestId }: Attempt, error: unknown): FinalAnswer {
  logger.error('a attempt failed with an internal error', { ...facts, requestId, ...factsOfError(error) });
  const sentence = 'driver-plugin failed with an internal error; its log has the stack';
  const reply = notSucceeded('Error', sentence);
  return {
    succeeded: false,
    keepsAttempt: true,
    bytes: JSON.stringify(reply).length,
    reply,
    facts: { phase: 'Error' },
  };
}
