import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type BridgeEvent,
  bridgeLimits,
  manyEvents,
  type TaskName,
  taskNames,
} from '../support/bridge-events.js';
import { type BridgeWorld, createBridgeWorld, phaseOf } from '../support/bridge-world.js';

/** Bounds of the ledger: every task fits, or only one does. */
const roomy = 100;
const tiny = 1;
const longPollMs = 20_000;

async function live(world: BridgeWorld, events: readonly BridgeEvent[]): Promise<void> {
  for (const event of events) {
    await world.happen(event);
  }
}

/** POSTs a task as its requeues ask for, with a driver that answers, until its reply is final. */
async function driveHome({ clock, driver, post }: BridgeWorld, task: TaskName): Promise<string> {
  for (let round = 0; round < 100; round += 1) {
    const reply = post(task, true);
    // Once for each call that waits for its turn, too.
    for (const _task of [...taskNames, ...taskNames]) {
      await clock.advance(0);
      for (const call of [...driver.inFlight]) {
        call.end({ kind: 'answered' });
      }
      await clock.advance(5_000);
    }
    const given = await reply;
    if (!('requeue' in given)) {
      return phaseOf(given) ?? '';
    }
    await clock.advance(Number.parseInt(given.requeue, 10));
  }
  return 'never final';
}

describe('whatever the order of POSTs, disconnects, answers and clock steps', () => {
  it('every POST is answered within the window, and no reply breaks Argo’s rules', () =>
    fc.assert(
      fc.asyncProperty(
        manyEvents,
        bridgeLimits,
        fc.constantFrom(roomy, tiny),
        async (events, limits, entries) => {
          const world = createBridgeWorld(limits, entries);
          await live(world, events);
          await world.end(longPollMs);
        },
      ),
      { numRuns: 150 },
    ));

  it('no task is driven under two request_ids, and none is asked for after its success', () =>
    fc.assert(
      fc.asyncProperty(manyEvents, bridgeLimits, async (events, limits) => {
        const world = createBridgeWorld(limits, roomy);
        await live(world, events);
        for (const task of taskNames) {
          assert.ok(world.driver.drivenUnder(task).size <= 1, task);
        }
        const [task] = world.succeeded;
        const calls = world.driver.calls.length;
        await Promise.all([...world.succeeded].map((name) => world.post(name, true)));
        assert.equal(world.driver.calls.length, calls, task);
      }),
      { numRuns: 150 },
    ));

  it('every task ends once the driver answers, also when the ledger has room for one only', () =>
    fc.assert(
      fc.asyncProperty(
        manyEvents,
        bridgeLimits,
        fc.constantFrom(roomy, tiny),
        async (events, limits, entries) => {
          const world = createBridgeWorld(limits, entries);
          await live(world, events);
          for (const task of taskNames) {
            assert.match(await driveHome(world, task), /^(Succeeded|Error|Failed)$/, task);
          }
        },
      ),
      { numRuns: 60 },
    ));
});
