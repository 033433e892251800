import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Status, type StatusDetails, StatusError } from '../../../src/contract/status-error.js';
import { createMemoryLedger, type MemoryLedgerOptions } from '../../../src/server/ledger/memory-ledger.js';
import type { ExecuteResult } from '../../../src/server/ledger/request-ledger.js';
import { collectLog } from '../../support/collect-log.js';

const answered = (bytes = 10): ExecuteResult => ({ kind: 'answered', response: Buffer.alloc(bytes) });
const failed = (status: Status, details: StatusDetails = {}): ExecuteResult => ({
  kind: 'failed',
  error: new StatusError(status, 'no', { details }),
});
const failedAfterDrive = (retry: 'safe' | 'unsafe') =>
  failed('UNAVAILABLE', { errorInfo: { reason: 'PLATFORM_CAUSE', domain: 'd', metadata: { retry } } });

function createLedger(options: MemoryLedgerOptions = {}) {
  const clock = { nowMs: 1 };
  const logger = collectLog();
  const ledger = createMemoryLedger(logger, { clock: () => clock.nowMs, ...options });
  const asked = (key: string, fingerprint = 'same') => ({ key, fingerprint, request: {} });
  const drive = async (key: string, outcome: ExecuteResult) => {
    await ledger.claim(asked(key));
    await ledger.finish(asked(key), outcome);
  };
  const claim = async (key: string, fingerprint = 'same') =>
    (await ledger.claim(asked(key, fingerprint))).kind;
  const resultOf = async (key: string) => {
    const known = await ledger.lookUp(asked(key));
    return known?.kind === 'finished' ? known.result : known;
  };
  return { ledger, clock, drive, claim, resultOf, lines: logger.lines };
}

test('a request is claimed until it is finished, and answered from then on', async () => {
  const { claim, drive, resultOf } = createLedger();
  assert.equal(await claim('a'), 'claimed');
  assert.equal(await resultOf('a'), undefined);
  await drive('a', answered());
  assert.equal(await claim('a'), 'finished');
  assert.deepEqual(await resultOf('a'), answered());
});

test('a success is kept for 10 minutes and longer, then forgotten', async () => {
  const { clock, drive, claim } = createLedger();
  await drive('a', answered());
  clock.nowMs += 10 * 60_000;
  assert.equal(await claim('a'), 'finished');
  clock.nowMs += 60_001;
  assert.equal(await claim('a'), 'claimed');
});

test('a failure is kept for half a minute, then forgotten', async () => {
  const { clock, drive, claim } = createLedger();
  await drive('a', failed('FAILED_PRECONDITION'));
  clock.nowMs += 29_999;
  assert.equal(await claim('a'), 'finished');
  clock.nowMs += 2;
  assert.equal(await claim('a'), 'claimed');
});

for (const status of ['RESOURCE_EXHAUSTED', 'UNAVAILABLE'] as const) {
  test(`a refusal with ${status} and a RetryInfo is not kept`, async () => {
    const { drive, claim, resultOf } = createLedger();
    await drive('a', failed(status, { retryDelayMs: 0 }));
    assert.equal(await resultOf('a'), undefined);
    assert.equal(await claim('a'), 'claimed');
  });
}

test('a failure that invites to re-send is not kept, so that the re-send is not given it again', async () => {
  const { drive, claim } = createLedger();
  await drive('a', failedAfterDrive('safe'));
  assert.equal(await claim('a'), 'claimed');
});

const kept: { name: string; outcome: ExecuteResult }[] = [
  { name: 'UNAVAILABLE without a RetryInfo', outcome: failed('UNAVAILABLE') },
  { name: 'ABORTED with a RetryInfo', outcome: failed('ABORTED', { retryDelayMs: 1 }) },
  { name: 'a failure that forbids to re-send', outcome: failedAfterDrive('unsafe') },
];
for (const { name, outcome } of kept) {
  test(`${name} may follow a drive, so it is kept with its details`, async () => {
    const { drive, claim, resultOf } = createLedger();
    await drive('a', outcome);
    assert.equal(await claim('a'), 'finished');
    assert.deepEqual(await resultOf('a'), outcome);
  });
}

test('another request under a known id is a conflict', async () => {
  const { claim, drive } = createLedger();
  await drive('a', answered());
  assert.equal(await claim('a', 'other'), 'conflict');
  assert.equal(await claim('a'), 'finished');
});

test('beyond the entries that fit, the oldest goes, and the log says that a promise was cut', async () => {
  const { drive, claim, lines } = createLedger({ maxEntries: 2 });
  for (const key of ['a', 'b', 'c']) {
    await drive(key, answered());
  }
  const claims = [await claim('c'), await claim('b'), await claim('a')];
  assert.deepEqual(claims, ['finished', 'finished', 'claimed']);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.level, 'warn');
  assert.deepEqual([lines[0]?.facts['forgotten'], lines[0]?.facts['keptEntries']], [1, 2]);
});

test('a bound of entries costs nothing before there are entries', async () => {
  const { drive, claim } = createLedger({ maxEntries: Number.MAX_SAFE_INTEGER });
  await drive('a', answered());
  assert.equal(await claim('a'), 'finished');
});

test('a repeat makes nothing younger: the oldest goes all the same', async () => {
  const { drive, claim } = createLedger({ maxEntries: 2 });
  await drive('a', answered());
  await drive('b', answered());
  await claim('a');
  await drive('c', answered());
  assert.deepEqual([await claim('a'), await claim('b')], ['claimed', 'finished']);
});

test('beyond the bytes that fit, the oldest goes', async () => {
  const { drive, claim } = createLedger({ maxBytes: 10_000 });
  await drive('a', answered(5_000));
  await drive('b', answered(5_000));
  assert.deepEqual([await claim('b'), await claim('a')], ['finished', 'claimed']);
});

test('the details of a failure count among the bytes', async () => {
  const { drive, claim } = createLedger({ maxBytes: 10_000 });
  await drive('a', answered(5_000));
  const metadata = { retry: 'unsafe', stderr: 'x'.repeat(3_000) };
  await drive('b', failed('INTERNAL', { errorInfo: { reason: 'R', domain: 'd', metadata } }));
  assert.deepEqual([await claim('b'), await claim('a')], ['finished', 'claimed']);
});

test('a kept answer is a buffer of its own size, whatever it was a part of', async () => {
  const { drive, resultOf } = createLedger();
  const slab = Buffer.alloc(8_192);
  await drive('a', { kind: 'answered', response: slab.subarray(0, 5) });
  const result = await resultOf('a');
  assert.equal(result?.kind, 'answered');
  assert.equal(result.response.buffer.byteLength, 5);
});

test('a kept failure holds on neither to its cause nor to its stack', async () => {
  const { drive, resultOf } = createLedger();
  const error = new StatusError('INTERNAL', 'no', { cause: Buffer.alloc(10) });
  await drive('a', { kind: 'failed', error });
  const result = await resultOf('a');
  assert.equal(result?.kind, 'failed');
  assert.notEqual(result.error, error);
  assert.equal(result.error.cause, undefined);
});

test('failures and successes that had their time go without a warning', async () => {
  const { drive, clock, lines } = createLedger({ maxEntries: 1 });
  await drive('a', failed('INTERNAL'));
  await drive('b', answered());
  clock.nowMs += 10 * 60_000;
  await drive('c', answered());
  assert.deepEqual(lines, []);
});

test('a full ledger warns once a minute, with the number of losses', async () => {
  const { drive, clock, lines } = createLedger({ maxEntries: 1 });
  for (let index = 0; index < 10; index += 1) {
    await drive(`a${index}`, answered());
  }
  clock.nowMs += 60_000;
  await drive('b', answered());
  assert.deepEqual(
    lines.map(({ facts }) => facts['forgotten']),
    [1, 9],
  );
});

test('what has had its time makes room for the next, without a warning', async () => {
  const { drive, clock, lines, claim } = createLedger({ maxEntries: 2, maxBytes: 3_000 });
  for (let round = 0; round < 50; round += 1) {
    await drive(`a${round}`, answered(200));
    await drive(`b${round}`, failed('INTERNAL'));
    clock.nowMs += 11 * 60_000 + 1;
  }
  assert.equal(await claim('a49'), 'claimed');
  assert.deepEqual(lines, []);
});
