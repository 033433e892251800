import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callDriver } from '../../src/bridge/call-driver.js';
import { ConcurrencyLimiter } from '../../src/bridge/concurrency-limiter.js';
import { Progress } from '../../src/bridge/progress.js';
import { RetryBudget } from '../../src/bridge/retry-budget.js';
import { StatusError } from '../../src/contract/status-error.js';
import type { CallResult } from '../../src/driver/unary-call.js';
import { leaseNotHeld, serverBusy, serverEnding, toStatusError } from '../../src/server/drive-failure.js';
import { createFakeClock, settled } from '../support/fake-clock.js';

/** What goes in which order: repeats of five tasks that wait for their turn, and the calls of one whose driver may have run. */
async function orderOf(refusal: CallResult): Promise<string[]> {
  const clock = createFakeClock();
  const ending = new AbortController();
  const budget = new RetryBudget({ ratio: 0, minPerSecond: 2, clock, ending: ending.signal });
  const order: string[] = [];
  const mayHaveRun = failed(new StatusError('UNAVAILABLE', 'upstream reset'));
  const results: CallResult[] = [mayHaveRun, refusal, { kind: 'answered', response: { cached: false } }];
  const execute = () => {
    order.push('call');
    const ended = Promise.resolve(results.shift() ?? mayHaveRun);
    return { ended, isSent: () => true, cancel: () => {} };
  };
  const others = (count: number) =>
    Array.from({ length: count }, () => budget.withdraw(600_000, false).then(() => order.push('other')));
  await Promise.all(others(20));
  order.length = 0;
  void others(5);
  const result = callDriver(
    {
      driver: { execute, close: () => {} },
      limiter: new ConcurrencyLimiter(1, ending.signal),
      retryBudget: budget,
      clock,
      timeoutMs: 120_000,
      attemptTimeoutMs: 600_000,
      retryUnknownOutcomes: true,
      ending: ending.signal,
      random: () => 0,
    },
    {},
    new Progress(clock.nowMs(), false),
  );
  // Its first call has failed by then.
  await settled();
  await clock.advance(10_000);
  assert.equal((await result).kind, 'answered');
  return order;
}

function failed(error: StatusError): CallResult {
  const isInvited = error.details.retryDelayMs !== undefined || error.details.errorInfo !== undefined;
  const failure = { error, reach: 'answered', what: undefined, tooLarge: undefined, isInvited } as const;
  return { kind: 'failed', failure: { ...failure, pushback: undefined } };
}

describe('a task whose driver may have run, and whose repeat is turned away', () => {
  const others = (count: number) => Array.from({ length: count }, () => 'other');
  const cutDriver = toStatusError({
    status: 'ABORTED',
    reason: 'SERVER_ENDING',
    message: 'the driver was stopped, because the driver server ends',
    retry: 'safe',
  });
  for (const [name, refusal] of [
    ['a proxy', new StatusError('RESOURCE_EXHAUSTED', 'overloaded', { details: { retryDelayMs: 0 } })],
    ['a driver server without room', serverBusy('')],
    ['one that waits for its Lease', leaseNotHeld('', 1_000)],
    ['one that ends and has cut the driver', cutDriver],
  ] as const) {
    it(`by ${name} goes before the others again`, async () => {
      assert.deepEqual(await orderOf(failed(refusal)), ['call', 'call', 'call', ...others(5)]);
    });
  }

  it('by a driver server that ends and has no answer for it waits behind the others', async () => {
    assert.deepEqual(await orderOf(failed(serverEnding())), ['call', 'call', ...others(5), 'call']);
  });
});
