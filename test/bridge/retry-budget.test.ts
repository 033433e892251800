import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RetryBudget } from '../../src/bridge/retry-budget.js';
import { StatusError } from '../../src/contract/status-error.js';
import { delay } from '../support/agent.js';
import { createFakeClock, type FakeClock, settled } from '../support/fake-clock.js';
import { startBridge } from '../support/start-bridge.js';
import { containerArguments, templateBody } from '../support/templates.js';

const task = (name: string) => templateBody({ ...containerArguments, task_name: name });

function startBudget(clock: FakeClock, ending = new AbortController()) {
  const budget = new RetryBudget({ ratio: 0.2, minPerSecond: 2, clock, ending: ending.signal });
  const given: number[] = [];
  const refused: number[] = [];
  let asked = 0;
  const ask = (count: number, { timeoutMs = 600_000, goesFirst = false } = {}) => {
    for (const end = asked + count; asked < end; asked += 1) {
      const index = asked;
      void budget.withdraw(timeoutMs, goesFirst).then((may) => (may ? given : refused).push(index));
    }
  };
  return { budget, given, refused, ask, ending };
}

describe('the retry budget', () => {
  it('lets what is saved go at once, and the rest by the floor, in the order of asking', async () => {
    const clock = createFakeClock();
    const { given, ask } = startBudget(clock);
    ask(30);
    await settled();
    assert.equal(given.length, 20);
    await clock.advance(2_000);
    assert.equal(given.length, 24);
    await clock.advance(60_000);
    assert.deepEqual(given, [...Array(30).keys()]);
  });

  it('gives one more for each answer of the driver, and one for five new calls', async () => {
    const clock = createFakeClock();
    const { budget, given, ask } = startBudget(clock);
    ask(40);
    await settled();
    for (let index = 0; index < 5; index += 1) {
      budget.noteNewCall();
      budget.noteAnswer();
    }
    budget.noteNewCall();
    await settled();
    assert.equal(given.length, 26);
  });

  it('lets those go first whose driver may have run', async () => {
    const clock = createFakeClock();
    const { given, ask } = startBudget(clock);
    ask(23);
    ask(2, { goesFirst: true });
    await clock.advance(1_000);
    assert.deepEqual(given.slice(20), [23, 24]);
    await clock.advance(60_000);
    assert.deepEqual(given.slice(20), [23, 24, 20, 21, 22]);
  });

  it('lets one of the others go after three of those, so that a server that stays full does not keep them waiting', async () => {
    const clock = createFakeClock();
    const { given, ask } = startBudget(clock);
    ask(20 + 3);
    ask(9, { goesFirst: true });
    await clock.advance(60_000);
    assert.deepEqual(given.slice(20), [23, 24, 25, 20, 26, 27, 28, 21, 29, 30, 31, 22]);
  });

  it('refuses who has waited too long, and everybody at the end', async () => {
    const clock = createFakeClock();
    const { given, refused, ask, ending } = startBudget(clock);
    ask(21, { timeoutMs: 100 });
    await clock.advance(100);
    assert.deepEqual([given.length, refused.length], [20, 1]);
    ask(3);
    ending.abort();
    await settled();
    assert.equal(given.length + refused.length, 24);
    assert.ok(refused.length >= 3);
  });
});

describe('an overloaded server', () => {
  const overloaded = (details: { retryDelayMs?: number }) => () =>
    Promise.reject(new StatusError('RESOURCE_EXHAUSTED', 'full', { details }));

  for (const [name, details] of [
    ['a RetryInfo of 0', { retryDelayMs: 0 }],
    ['no RetryInfo', {}],
  ] as const) {
    it(`with ${name} sees each of 100 tasks once and few of them again, whatever they ask`, async (t) => {
      const { driver, sidecar } = await startBridge(t, overloaded(details), {
        ANSWER_WINDOW_SECONDS: '0',
        RETRY_BUDGET_MIN_PER_SECOND: '2',
      });
      const beganMs = performance.now();
      await Promise.all(Array.from({ length: 100 }, (_, index) => sidecar.post(task(`${index}`))));
      await delay(2_000);
      const seconds = (performance.now() - beganMs) / 1_000 + 1;
      // 20 saved at the start, a fifth of 100 calls, two a second.
      assert.ok(driver.requests.length >= 100, `${driver.requests.length}`);
      assert.ok(driver.requests.length <= 140 + 2 * seconds, `${driver.requests.length}`);
      assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 100);
    });
  }

  it('with a RetryInfo sees the tasks of a wave again one after the other, none before its time', async (t) => {
    const firstMs = new Map<string, number>();
    const gapsMs: number[] = [];
    const { sidecar } = await startBridge(
      t,
      ({ task_name: name = '' }) => {
        const before = firstMs.get(name);
        if (before === undefined) {
          firstMs.set(name, performance.now());
          throw new StatusError('RESOURCE_EXHAUSTED', 'full', { details: { retryDelayMs: 300 } });
        }
        gapsMs.push(performance.now() - before);
        return { execution_id: '1', pod_spec_patch: '{}' };
      },
      { ANSWER_WINDOW_SECONDS: '0' },
    );
    await Promise.all(Array.from({ length: 12 }, (_, index) => sidecar.post(task(`${index}`))));
    await delay(1_500);
    assert.equal(gapsMs.length, 12);
    assert.ok(Math.min(...gapsMs) >= 295, gapsMs.join());
    assert.ok(Math.max(...gapsMs) - Math.min(...gapsMs) > 50, gapsMs.join());
  });
});
