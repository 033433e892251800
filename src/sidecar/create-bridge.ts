import { createAttempts } from '../bridge/attempts.js';
import { CallLedger } from '../bridge/call-ledger.js';
import { ConcurrencyLimiter } from '../bridge/concurrency-limiter.js';
import { createExecuteTemplate, type ExecuteTemplate } from '../bridge/execute-template.js';
import type { FinalAnswer } from '../bridge/final-answer.js';
import { LongPoll } from '../bridge/long-poll.js';
import { RetryBudget } from '../bridge/retry-budget.js';
import { TaskSets } from '../bridge/task-sets.js';
import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/logger.js';
import type { DriverClient } from '../driver/driver-client.js';
import type { SidecarSettings } from './sidecar-settings.js';

/** Everything between HTTP and gRPC. */
export interface Bridge {
  readonly executeTemplate: ExecuteTemplate;
  readonly ledger: CallLedger<FinalAnswer>;
}

export interface BridgeParts {
  readonly settings: SidecarSettings;
  readonly driver: DriverClient;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Aborted when this process ends. */
  readonly ending: AbortSignal;
}

/** Argo's agent must stay away for longer than this process will be there. */
const stayAwayMoreMs = 10_000;

/** Without FAILURE_REPLAY_SECONDS; a retry of Argo comes after the next patch at the earliest. */
const longestReplayMs = 5_000;

export function createBridge(parts: BridgeParts): Bridge {
  const { settings, clock, ending } = parts;
  const ledger = createLedger(parts);
  const executeTemplate = createExecuteTemplate({
    ...settings,
    ledger,
    attempts: startAttempts(parts),
    longPoll: new LongPoll({
      windowMs: settings.longPollMs,
      most: Math.max(1, Math.floor(settings.agentWorkers / 2)),
      clock,
      ending,
    }),
    taskSets: createTaskSets(parts),
    ending,
    stayAwayMs: settings.shutdownGraceMs + stayAwayMoreMs,
    nowMs: clock.nowMs,
  });
  return { executeTemplate, ledger };
}

function createLedger({ settings, logger, clock }: BridgeParts): CallLedger<FinalAnswer> {
  return new CallLedger<FinalAnswer>({
    nowMs: clock.nowMs,
    maxEntries: settings.maxLedgerEntries,
    maxBytes: settings.maxLedgerBytes,
    replayFailureMs: settings.replayFailureMs ?? Math.min(longestReplayMs, settings.patchIntervalMs / 2),
    onEvicted: (facts) =>
      logger.warn('forgot answers early: MAX_LEDGER_ENTRIES or MAX_LEDGER_BYTES is reached', facts),
  });
}

function startAttempts({ settings, driver, logger, clock, ending }: BridgeParts) {
  const limiter = new ConcurrencyLimiter(settings.maxConcurrentCalls, ending);
  const retryBudget = new RetryBudget({
    ratio: settings.retryBudgetPercent / 100,
    minPerSecond: settings.retryBudgetMinPerSecond,
    clock,
    ending,
  });
  const random = Math.random;
  return createAttempts({ ...settings, driver, limiter, retryBudget, clock, ending, random, logger });
}

function createTaskSets({ settings, logger, clock }: BridgeParts): TaskSets {
  return new TaskSets({
    intervalMs: settings.patchIntervalMs,
    maxPatchBytes: settings.maxOutputBytes,
    nowMs: clock.nowMs,
    onNearlyFull: (facts) =>
      logger.warn("Argo's task set is nearly full, so that answers may have to wait for room in it", facts),
  });
}
