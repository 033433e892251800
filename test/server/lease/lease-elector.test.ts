import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../src/common/clock.js';
import { createSeededRandom } from '../../../src/server/dev-driver/seeded-random.js';
import type { LeaseApi } from '../../../src/server/lease/lease-api.js';
import { LeaseElector } from '../../../src/server/lease/lease-elector.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeLease, type FakeLease, freeRecord, settle, unreliableWay } from './fake-lease-api.js';

const times = { durationSeconds: 15, renewDeadlineMs: 10_000, retryMs: 2_000 };
const longAgo = new Date('2001-01-01');
const farAhead = new Date('2101-01-01');

/** An elector with what it has told. */
function elect(api: LeaseApi, clock: Clock, identity = 'a', endAll = async () => {}) {
  const lost: string[] = [];
  const held: number[] = [];
  const events = {
    onHeld: (untilMs: number) => void held.push(untilMs),
    onLost: async (reason: string) => {
      lost.push(reason);
      await endAll();
    },
    onChange: () => {},
  };
  const elector = new LeaseElector({ api, identity, times, clock, events });
  const ended = elector.run();
  return { elector, lost, held, ended };
}

const holderOf = ({ stored }: FakeLease) => stored?.record.holder;

/** Turns a clock in small steps, so that what follows from one another gets its turn. */
async function advance(clock: ReturnType<typeof createFakeClock>, ms: number, stepMs = 100) {
  for (let turnedMs = 0; turnedMs < ms; turnedMs += stepMs) {
    await clock.advance(stepMs);
    await settle();
  }
}

test('a lease that is not there is made, and renewed for as long as it is held', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  const { elector, held } = elect(lease.apiOf(), clock);
  await settle();
  const first = lease.stored;
  assert.equal(elector.isHeld(), true);
  assert.deepEqual(
    { ...first?.record, acquiredAt: undefined, renewedAt: undefined },
    { ...freeRecord, holder: 'a', durationSeconds: 15 },
  );
  await advance(clock, 60_000);
  assert.equal(elector.isHeld(), true);
  assert.deepEqual(lease.stored?.record.acquiredAt, first?.record.acquiredAt);
  assert.equal(held.length, 31);
  assert.deepEqual(held.slice(0, 3), [10_000, 12_000, 14_000]);
});

test('an empty lease, as the chart makes it, is taken, and counts its first holder as a change of hands', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  lease.write({});
  const { elector } = elect(lease.apiOf(), clock);
  await settle();
  assert.deepEqual([elector.isHeld(), lease.stored?.record.transitions], [true, 1]);
});

for (const [clocks, renewedAt] of [
  ['far behind', longAgo],
  ['far ahead', farAhead],
] as const) {
  test(`a holder whose clock is ${clocks} keeps its lease for as long as it says, counted by who waits`, async () => {
    const [clock, lease] = [createFakeClock(), createFakeLease()];
    lease.write({ holder: 'b', durationSeconds: 7, renewedAt });
    const { elector } = elect(lease.apiOf(), clock);
    await settle();
    await advance(clock, 6_900);
    assert.equal(elector.isHeld(), false);
    await advance(clock, 100);
    assert.equal(elector.isHeld(), true);
    assert.deepEqual([lease.stored?.record.holder, lease.stored?.record.transitions], ['a', 1]);
  });
}

test('each renewal has a later time than the one before, also by a clock that was set back: who waits sees it by that alone', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  lease.write({ holder: 'a', durationSeconds: 15, acquiredAt: farAhead, renewedAt: farAhead });
  elect(lease.apiOf(), clock, 'a');
  await settle();
  const times = [farAhead.getTime()];
  for (let renewals = 0; renewals < 5; renewals++) {
    await advance(clock, 2_000);
    times.push(lease.stored?.record.renewedAt?.getTime() ?? 0);
  }
  assert.ok(
    times.every((time, at) => at === 0 || time > (times[at - 1] ?? 0)),
    times.join(),
  );
});

test('a label on the lease renews nothing for its holder, and costs one who holds it nothing', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  lease.write({ holder: 'b', durationSeconds: 15, renewedAt: longAgo });
  const { elector, lost } = elect(lease.apiOf(), clock);
  await settle();
  await advance(clock, 14_000);
  lease.label();
  await advance(clock, 1_000);
  assert.equal(elector.isHeld(), true);
  lease.label();
  await advance(clock, 60_000);
  assert.deepEqual([elector.isHeld(), lost], [true, []]);
});

test('who cannot reach the API gives up before anybody may take the lease, and tries again once all has ended', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  let way = async () => {};
  let hasEnded = () => {};
  const ending = () => new Promise<void>((resolve) => (hasEnded = resolve));
  const { elector, lost } = elect(
    lease.apiOf(() => way()),
    clock,
    'a',
    ending,
  );
  await settle();
  way = async () => {
    throw new Error('the API is away');
  };
  await advance(clock, 9_900);
  assert.deepEqual([elector.isHeld(), lost], [true, []]);
  await advance(clock, 100);
  assert.deepEqual([elector.isHeld(), elector.state], [false, 'lost']);
  assert.deepEqual(lost, ['it was not renewed for 10 s: the API is away']);
  way = async () => {};
  await advance(clock, 60_000);
  assert.equal(elector.state, 'lost');
  hasEnded();
  await settle();
  assert.deepEqual([elector.isHeld(), lease.stored?.record.transitions], [true, 0]);
});

test('a renewal that is never answered does not keep a holder from giving up in time, nor does its late answer', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  let answer = () => {};
  let hangs = false;
  const way = () => (hangs ? new Promise<void>((resolve) => (answer = resolve)) : Promise.resolve());
  const { elector, lost } = elect(lease.apiOf(way), clock, 'a', () => new Promise(() => {}));
  await settle();
  hangs = true;
  await advance(clock, 10_000);
  assert.equal(lost.length, 1);
  hangs = false;
  answer();
  await advance(clock, 1_000);
  assert.deepEqual([elector.isHeld(), elector.state], [false, 'lost']);
});

test('a process that did not run holds nothing from the moment on at which it goes on', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  // Its timers stand still with it, the clock does not.
  let stoppedMs = 0;
  const own: Clock = { nowMs: () => clock.nowMs() + stoppedMs, after: clock.after };
  const { elector, lost } = elect(lease.apiOf(), own);
  await settle();
  stoppedMs = 20_000;
  assert.deepEqual([elector.isHeld(), elector.state], [false, 'holding']);
  await advance(clock, 2_000);
  assert.deepEqual(lost, ['it was not renewed for 10 s: this process did not run']);
});

test('who finds another name in its lease gives up at once', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  const { elector, lost } = elect(lease.apiOf(), clock);
  await settle();
  lease.write({ holder: 'b' });
  await advance(clock, 2_000);
  assert.deepEqual([elector.isHeld(), lost], [false, ['another one has it: b']]);
});

test('a lease that somebody deletes is written anew by its holder, and by nobody else before its time is over', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  const holder = elect(lease.apiOf(), clock, 'a');
  await settle();
  const waiting = elect(lease.apiOf(), clock, 'b');
  await advance(clock, 500);
  lease.stored = undefined;
  await advance(clock, 30_000);
  assert.deepEqual([holder.elector.isHeld(), waiting.elector.isHeld(), holder.lost], [true, false, []]);
});

test('what is given back is taken at once by who waits, and never again by who gave it', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  const first = elect(lease.apiOf(), clock, 'a');
  await settle();
  const second = elect(lease.apiOf(), clock, 'b');
  await advance(clock, 5_000);
  first.elector.resign();
  await advance(clock, 20_000);
  assert.deepEqual([first.elector.isHeld(), second.elector.isHeld()], [true, false]);
  await first.elector.release();
  await settle();
  assert.deepEqual([first.elector.isHeld(), second.elector.isHeld()], [false, true]);
  await advance(clock, 2_000);
  await first.ended;
  assert.deepEqual([first.elector.state, first.lost], ['released', []]);
});

test('who resigns while it waits never takes it, and who does so while it takes it gives it back', async () => {
  const [clock, lease] = [createFakeClock(), createFakeLease()];
  const waiting = elect(lease.apiOf(), clock, 'a');
  waiting.elector.resign();
  await waiting.ended;
  assert.equal(holderOf(lease), undefined);

  let answer = () => {};
  let asked = 0;
  // The write has been made, and its answer is on its way.
  const way = () => (++asked === 4 ? new Promise<void>((resolve) => (answer = resolve)) : Promise.resolve());
  const taking = elect(lease.apiOf(way), clock, 'b');
  await settle();
  assert.equal(holderOf(lease), 'b');
  const released = taking.elector.release();
  answer();
  await released;
  await taking.ended;
  assert.deepEqual([taking.elector.state, holderOf(lease)], ['released', undefined]);
});

test('whatever is lost or late on the way, no two hold it at once, and somebody does when the way is good again', async () => {
  let changes = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const random = createSeededRandom(seed);
    const [clock, lease] = [createFakeClock(), createFakeLease()];
    let brokenPart = 0;
    const all = ['a', 'b', 'c'].map((identity) => {
      const way = unreliableWay(clock, random, 1_500, () => brokenPart);
      return elect(lease.apiOf(way), clock, identity);
    });
    for (let second = 0; second < 300; second++) {
      // Bad times come and go.
      brokenPart = second < 240 && Math.floor(second / 40) % 2 === 1 ? 0.7 : 0;
      await advance(clock, 1_000, 250);
      const holding = all.filter(({ elector }) => elector.isHeld());
      assert.ok(holding.length <= 1, `seed ${seed}, second ${second}`);
    }
    assert.ok(
      all.some(({ elector }) => elector.isHeld()),
      `seed ${seed}`,
    );
    changes += lease.stored?.record.transitions ?? 0;
  }
  assert.ok(changes >= 20, `it changed hands ${changes} times`);
});
