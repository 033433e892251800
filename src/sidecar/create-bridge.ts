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
  readonly state: () => BridgeState;
}

/** What is to be read of a bridge at any time. */
export interface BridgeState {
  readonly heldPosts: number;
  readonly callsInFlight: number;
  readonly retryBudget: number;
  readonly taskSetBytes: number;
}

/** What a bridge tells to whoever measures it. */
export interface BridgeEvents {
  readonly resent: () => void;
  readonly evicted: (tasks: number) => void;
}

export interface BridgeParts {
  readonly settings: SidecarSettings;
  readonly driver: DriverClient;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Aborted when this process ends. */
  readonly ending: AbortSignal;
  readonly events?: BridgeEvents | undefined;
}

/** Argo's agent must stay away for longer than this process will be there. */
const stayAwayMoreMs = 10_000;

/** Without FAILURE_REPLAY_SECONDS; a retry of Argo comes after the next patch at the earliest. */
const longestReplayMs = 5_000;

export function createBridge(parts: BridgeParts): Bridge {
  const { settings, clock, ending } = parts;
  const ledger = createLedger(parts);
  const { attempts, limiter, retryBudget } = startAttempts(parts);
  const taskSets = createTaskSets(parts);
  const longPoll = new LongPoll({
    windowMs: settings.longPollMs,
    most: Math.max(1, Math.floor(settings.agentWorkers / 2)),
    clock,
    ending,
  });
  const executeTemplate = createExecuteTemplate({
    ...settings,
    ledger,
    attempts,
    longPoll,
    taskSets,
    ending,
    stayAwayMs: settings.shutdownGraceMs + stayAwayMoreMs,
    nowMs: clock.nowMs,
  });
  const state = (): BridgeState => ({
    heldPosts: longPoll.held,
    callsInFlight: limiter.taken,
    retryBudget: retryBudget.saved,
    taskSetBytes: taskSets.largestBytes(),
  });
  return { executeTemplate, ledger, state };
}

function createLedger({ settings, logger, clock, events }: BridgeParts): CallLedger<FinalAnswer> {
  return new CallLedger<FinalAnswer>({
    nowMs: clock.nowMs,
    maxEntries: settings.maxLedgerEntries,
    maxBytes: settings.maxLedgerBytes,
    replayFailureMs: settings.replayFailureMs ?? Math.min(longestReplayMs, settings.patchIntervalMs / 2),
    onEvicted: ({ answers, early, keptBytes }) => {
      events?.evicted(answers);
      if (early > 0) {
        const message = 'forgot answers early: MAX_LEDGER_ENTRIES or MAX_LEDGER_BYTES is reached';
        logger.warn(message, { forgotten: early, keptBytes });
      }
    },
  });
}

function startAttempts({ settings, driver, logger, clock, ending, events }: BridgeParts) {
  const limiter = new ConcurrencyLimiter(settings.maxConcurrentCalls, ending);
  const retryBudget = new RetryBudget({
    ratio: settings.retryBudgetPercent / 100,
    minPerSecond: settings.retryBudgetMinPerSecond,
    clock,
    ending,
  });
  const random = Math.random;
  const shared = { ...settings, driver, limiter, retryBudget, clock, ending, random, logger };
  const attempts = createAttempts({ ...shared, onResend: events?.resent });
  return { attempts, limiter, retryBudget };
}

function createTaskSets({ settings, logger, clock }: BridgeParts): TaskSets {
  return new TaskSets({
    intervalMs: settings.patchIntervalMs,
    takeUpMs: settings.takeUpMs,
    maxPatchBytes: settings.maxOutputBytes,
    nowMs: clock.nowMs,
    onNearlyFull: (facts) =>
      logger.warn("Argo's task set is nearly full, so that answers may have to wait for room in it", facts),
  });
}
