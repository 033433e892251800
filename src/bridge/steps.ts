import type { PluginTemplate } from '../argo/parse-execute-template.js';
import { notSucceeded } from '../argo/reply.js';
import { factsOfError, type LogFacts, type Logger } from '../program/logger.js';
import type { Work } from './call-ledger.js';
import { type DriveTaskOptions, driveTask, newProgress, type Progress } from './drive-task.js';
import type { DriverTypeName } from './driver-arguments.js';
import { type FinalAnswer, toFinalAnswer } from './final-answer.js';
import type { DriverRequest } from './to-driver-request.js';

/** One attempt at a task. */
export interface Step {
  readonly template: PluginTemplate;
  readonly request: DriverRequest;
  readonly requestId: string;
  /** True where this attempt was made before, so that the driver may have run under its request_id. */
  readonly again: boolean;
  readonly facts: LogFacts;
}

/** Starts attempts, and knows how long they have lately taken. */
export interface Steps {
  start(step: Step): Work<FinalAnswer, Progress>;
  /** Moving average over the last calls of a type that were answered, in milliseconds. */
  recentMs(type: DriverTypeName): number | undefined;
}

export interface StepsOptions extends DriveTaskOptions {
  readonly maxOutputBytes: number;
  readonly logger: Logger;
}

/** Weight of the newest call in the moving average. */
const newestWeight = 0.3;

export function createSteps(options: StepsOptions): Steps {
  const recentMs = new Map<DriverTypeName, number>();
  return {
    start: (step) => {
      const progress = newProgress(options.clock.nowMs(), step.again);
      const answer = drive(options, step, progress, (durationMs) => {
        const average = recentMs.get(step.request.type) ?? durationMs;
        recentMs.set(step.request.type, average + (durationMs - average) * newestWeight);
      }).catch((error: unknown) => unforeseen(options.logger, step, error));
      return { progress, answer };
    },
    recentMs: (type) => recentMs.get(type),
  };
}

async function drive(
  options: StepsOptions,
  { template, request, requestId, facts }: Step,
  progress: Progress,
  noteDuration: (durationMs: number) => void,
): Promise<FinalAnswer> {
  const result = await driveTask(options, { ...request.message, request_id: requestId }, progress);
  const nowMs = options.clock.nowMs();
  const ms = Math.round(nowMs - (progress.turnMs ?? progress.beganMs));
  if (result.kind === 'answered') noteDuration(ms);
  const limits = { maxOutputBytes: options.maxOutputBytes, progress, nowMs };
  const answer = toFinalAnswer(template, request, result, limits);
  const driveFacts = { ...answer.facts, requestId, failedTries: progress.tries, driveMs: ms };
  options.logger.debug('drove a task', { ...facts, ...driveFacts });
  return { ...answer, facts: driveFacts };
}

/** A bug must neither hang the node nor drive its task twice. */
function unforeseen(logger: Logger, { facts, requestId }: Step, error: unknown): FinalAnswer {
  logger.error('a step failed in a way that nobody foresaw', { ...facts, requestId, ...factsOfError(error) });
  const sentence = 'driver-plugin failed in a way that nobody foresaw; its log has the stack';
  const reply = notSucceeded('Error', sentence);
  return {
    succeeded: false,
    keepsAttempt: true,
    bytes: JSON.stringify(reply).length,
    reply,
    facts: { outcome: 'Error' },
  };
}
