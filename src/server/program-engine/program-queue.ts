import type { StatusError } from '../../contract/status-error.js';
import { notBegun, toStatusError } from '../drive-failure.js';
import { inStage, type ObserveStage, type Stage } from '../measures.js';
import { createWaitingLines, type WaitingLimits } from '../waiting-lines.js';

export interface QueueLimits extends WaitingLimits {
  /** Programs at once. */
  readonly programs: number;
}

/** What the queue must know of a call. */
export interface QueuedCall {
  readonly workflowUid: string;
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly joined: () => boolean;
  readonly observe?: ObserveStage | undefined;
  readonly signal: AbortSignal;
}

/** Lets a bounded number of programs run, and a bounded number wait, one workflow after the other. */
export interface ProgramQueue {
  readonly running: () => number;
  readonly waiting: () => number;
  readonly waitingBytes: () => number;
  /**
   * Runs `job` when its turn comes and resolves with its value. Rejects with RESOURCE_EXHAUSTED and a RetryInfo if too
   * much is waiting, if another workflow's call needs the place more, or shortly before the caller's deadline; with
   * UNAVAILABLE if the signal aborts first. Then the job was not begun.
   */
  readonly run: <Value>(
    call: QueuedCall,
    job: () => Promise<Value>,
  ) => Promise<{ value: Value; queueMs: number }>;
}

const leastDelayMs = 1_000;
const mostDelayMs = 60_000;
const longestTimerMs = 2 ** 31 - 1;
/** A run of KFP's driver on a busy machine, until runs have been measured. */
const firstRunMs = 250;
/** A call leaves so long before its deadline that its caller still hears why. */
const answerLeadMs = 250;

export function createProgramQueue(limits: QueueLimits): ProgramQueue {
  const lines = createWaitingLines(limits);
  let running = 0;
  let meanRunMs = firstRunMs;
  const refusal = createRefusals(() => ({ running, waiting: lines.calls(), meanRunMs, ...limits }));
  const waitForTurn = (call: QueuedCall): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(timer);
        call.signal.removeEventListener('abort', onAbort);
        lines.remove(waiting);
        then();
      };
      const leave = (error: StatusError) => settle(() => reject(error));
      const waiting = {
        lineId: call.workflowUid,
        bytes: call.bytes,
        start: () => settle(resolve),
        pushOut: () => leave(refusal.pushedOut()),
      };
      const onAbort = () => leave(notBegun(call.signal));
      const timer = beforeDeadline(call, () => leave(refusal.deadlineNear()));
      call.signal.addEventListener('abort', onAbort, { once: true });
      if (!lines.add(waiting)) {
        leave(refusal.full());
      }
    });
  const finish = (ranMs: number) => {
    meanRunMs += (ranMs - meanRunMs) / 10;
    running -= 1;
    const next = running < limits.programs ? lines.next() : undefined;
    if (next !== undefined) {
      running += 1;
      next.start();
    }
  };
  return {
    running: () => running,
    waiting: lines.calls,
    waitingBytes: lines.bytes,
    run: async (call, job) => {
      const arrivedMs = performance.now();
      if (call.signal.aborted) {
        throw notBegun(call.signal);
      }
      if (running < limits.programs) {
        running += 1;
        call.observe?.(noWait(arrivedMs));
      } else {
        await inStage(call.observe, 'queue', () => waitForTurn(call));
      }
      const startedMs = performance.now();
      try {
        return { value: await job(), queueMs: Math.round(startedMs - arrivedMs) };
      } finally {
        finish(performance.now() - startedMs);
      }
    },
  };
}

function noWait(nowMs: number): Stage {
  return { name: 'queue', beganMs: nowMs, endedMs: nowMs, failure: undefined, facts: {} };
}

/** Calls back shortly before the caller stops waiting, unless somebody else waits for the same call by then. */
function beforeDeadline({ deadlineMs, joined }: QueuedCall, leave: () => void): NodeJS.Timeout | undefined {
  const leftMs = deadlineMs - answerLeadMs - Date.now();
  const leaveUnlessJoined = () => {
    if (!joined()) {
      leave();
    }
  };
  return leftMs > longestTimerMs ? undefined : setTimeout(leaveUnlessJoined, Math.max(0, leftMs));
}

interface Load {
  readonly running: number;
  readonly waiting: number;
  readonly meanRunMs: number;
  readonly programs: number;
}

function createRefusals(loadOf: () => Load) {
  const refuse = (reason: 'QUEUE_FULL' | 'LEFT_QUEUE', message: (load: Load) => string) => () => {
    const load = loadOf();
    // Until the calls that wait now have been served, at the pace of late.
    const delayMs = leastDelayMs + (load.waiting * load.meanRunMs) / load.programs;
    return toStatusError({
      status: 'RESOURCE_EXHAUSTED',
      reason,
      message: message(load),
      retry: 'safe',
      retryDelayMs: Math.round(Math.min(mostDelayMs, delayMs)),
    });
  };
  const busy = ({ running, waiting }: Load) =>
    `the driver server is busy: ${running} drivers run and ${waiting} calls wait`;
  return {
    full: refuse('QUEUE_FULL', busy),
    pushedOut: refuse(
      'QUEUE_FULL',
      (load) => `${busy(load)}; this workflow had the most of them, and another one needed a place`,
    ),
    deadlineNear: refuse(
      'LEFT_QUEUE',
      () => "the caller's deadline came before its driver's turn; nothing was driven",
    ),
  };
}
