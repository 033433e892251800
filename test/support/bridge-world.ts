import assert from 'node:assert/strict';
import type { ExecuteTemplateReply } from '../../src/argo/reply.js';
import { createAttempts } from '../../src/bridge/attempts.js';
import { CallLedger } from '../../src/bridge/call-ledger.js';
import { ConcurrencyLimiter } from '../../src/bridge/concurrency-limiter.js';
import { createExecuteTemplate } from '../../src/bridge/execute-template.js';
import type { FinalAnswer } from '../../src/bridge/final-answer.js';
import type { Caller } from '../../src/bridge/long-poll.js';
import { LongPoll } from '../../src/bridge/long-poll.js';
import { RetryBudget } from '../../src/bridge/retry-budget.js';
import { TaskSets } from '../../src/bridge/task-sets.js';
import type { Clock } from '../../src/common/clock.js';
import { type BridgeEvent, type BridgeLimits, type TaskName, taskNames } from './bridge-events.js';
import { collectLog } from './collect-log.js';
import { createFakeClock, settled } from './fake-clock.js';
import { createFakeDriver, type FakeDriver } from './fake-driver.js';
import { containerArguments, containerOutputs, templateBody } from './templates.js';

/** Everything of the sidecar between HTTP and gRPC, with a clock and a driver that the test turns. */
function createTestBridge(clock: Clock, driver: FakeDriver, limits: BridgeLimits, maxEntries: number) {
  const ending = new AbortController().signal;
  return createExecuteTemplate({
    pluginKey: 'driver-plugin',
    messageAfterMs: 30_000,
    attempts: createAttempts({
      driver,
      clock,
      ending,
      logger: collectLog(),
      limiter: new ConcurrencyLimiter(limits.calls, ending),
      retryBudget: new RetryBudget({ ratio: 0.2, minPerSecond: 2, clock, ending }),
      timeoutMs: 120_000,
      attemptTimeoutMs: limits.attemptTimeoutMs,
      retryUnknownOutcomes: true,
      random: () => 0.5,
      maxOutputBytes: limits.outputBytes,
    }),
    ledger: new CallLedger<FinalAnswer>({
      nowMs: clock.nowMs,
      maxEntries,
      maxBytes: 1 << 20,
      replayFailureMs: 5_000,
      onEvicted: () => {},
    }),
    longPoll: new LongPoll({ windowMs: 20_000, most: limits.workers / 2, clock, ending }),
    taskSets: new TaskSets({
      intervalMs: 10_000,
      takeUpMs: 60_000,
      maxPatchBytes: limits.outputBytes,
      nowMs: clock.nowMs,
      onNearlyFull: () => {},
    }),
    ending,
    stayAwayMs: 35_000,
    nowMs: clock.nowMs,
  });
}

function callerOf(gone: AbortSignal): Caller {
  return {
    isGone: () => gone.aborted,
    onGone: (callback) => {
      gone.addEventListener('abort', callback);
      return () => gone.removeEventListener('abort', callback);
    },
  };
}

/** A sidecar to which events happen; it throws as soon as a reply or a call to the driver breaks a rule. */
export function createBridgeWorld(limits: BridgeLimits, maxEntries: number) {
  const clock = createFakeClock();
  const driver = createFakeDriver(clock);
  const execute = createTestBridge(clock, driver, limits, maxEntries);
  const open: AbortController[] = [];
  const succeeded = new Set<TaskName>();
  const attempts = createAttemptCheck(driver);
  const post = async (task: TaskName, delivered: boolean): Promise<ExecuteTemplateReply> => {
    const gone = new AbortController();
    open.push(gone);
    const body = JSON.stringify(templateBody({ ...containerArguments, task_name: task }));
    const { reply: written, onDelivered } = await execute(body, callerOf(gone.signal));
    const reply: ExecuteTemplateReply = JSON.parse(written.json.toString());
    open.splice(open.indexOf(gone), 1);
    checkReply(reply);
    if (phaseOf(reply) === 'Succeeded') {
      succeeded.add(task);
    }
    if (onDelivered === undefined || !delivered || gone.signal.aborted) {
      return reply;
    }
    onDelivered();
    if (phaseOf(reply) !== 'Succeeded') {
      attempts.allow(task);
    }
    return reply;
  };
  const posts: Promise<unknown>[] = [];
  const faults: unknown[] = [];
  const check = () => {
    if (faults.length > 0) {
      throw faults[0];
    }
    attempts.check();
  };
  const happen = async (event: BridgeEvent): Promise<void> => {
    if (event.kind === 'POST') {
      posts.push(post(event.task, event.delivered).catch((fault) => faults.push(fault)));
    } else if (event.kind === 'time passes') {
      await clock.advance(event.ms);
    } else if (event.kind === 'a call ends') {
      driver.inFlight[event.which]?.end(event.how);
    } else {
      open[event.which]?.abort();
    }
    await settled();
    check();
  };
  /** Lets time pass until every POST that is held is answered, and checks what came of them. */
  const end = async (longPollMs: number): Promise<void> => {
    await clock.advance(longPollMs);
    await Promise.all(posts);
    check();
  };
  return { clock, driver, succeeded, post, happen, end };
}

export type BridgeWorld = ReturnType<typeof createBridgeWorld>;

export function phaseOf(reply: ExecuteTemplateReply): string | undefined {
  return 'node' in reply && 'phase' in reply.node ? reply.node.phase : undefined;
}

/** A new request_id needs a failure that was delivered since the last one was new. */
function createAttemptCheck({ calls, overlaps }: FakeDriver) {
  const seen = new Map<string, Set<string>>(taskNames.map((task) => [task, new Set()]));
  const allowed = new Set<string>(taskNames);
  let checked = 0;
  return {
    allow: (task: TaskName) => void allowed.add(task),
    check: () => {
      assert.deepEqual(overlaps, [], 'two calls in flight for one request_id');
      for (const { task, requestId } of calls.slice(checked)) {
        const requestIds = seen.get(task);
        if (requestIds?.has(requestId) === true) {
          continue;
        }
        assert.ok(allowed.delete(task), 'a new request_id without a delivered failure');
        requestIds?.add(requestId);
      }
      checked = calls.length;
    },
  };
}

function checkReply(reply: ExecuteTemplateReply): void {
  assert.ok('node' in reply, 'a template of ours got {}');
  const phase = phaseOf(reply);
  if ('requeue' in reply) {
    assert.match(`${phase} ${reply.requeue}`, /^(undefined|Pending) [1-9]\d*ms$/);
  } else {
    assert.match(`${phase}`, /^(Succeeded|Failed|Error)$/);
  }
  assert.equal(phase === undefined, !('message' in reply.node));
  if ('message' in reply.node) {
    assert.match(reply.node.message, /\S/);
  }
  if ('message' in reply.node) {
    assert.doesNotMatch(reply.node.message, /internal error/);
  }
  if (!('outputs' in reply.node)) {
    return;
  }
  const { parameters } = reply.node.outputs;
  for (const { value } of parameters) {
    assert.equal(typeof value, 'string');
  }
  const names = parameters.map(({ name }) => name);
  for (const { name } of containerOutputs) {
    assert.ok(names.includes(name), name);
  }
}
