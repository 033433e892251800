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

function createLedger(options: MemoryLedgerOptions = {}) {
  const clock = { nowMs: 0 };
  const logger = collectLog();
  const ledger = createMemoryLedger(logger, { clock: () => clock.nowMs, ...options });
  const drive = async (key: string, outcome: ExecuteResult) => {
    const { kind } = await ledger.claim(key, 'same');
    await ledger.finish(key, outcome);
    return kind;
  };
  const claim = async (key: string, fingerprint = 'same') => (await ledger.claim(key, fingerprint)).kind;
  return { ledger, clock, drive, claim, lines: logger.lines };
}

test('a running request is claimed once, and whoever comes later waits for it', async () => {
  const { ledger } = createLedger();
  const claims = await Promise.all([1, 2, 3].map(() => ledger.claim('a', 'same')));
  assert.deepEqual(
    claims.map(({ kind }) => kind),
    ['claimed', 'running', 'running'],
  );
  assert.equal(ledger.lookUp('a')?.callers, 3);
  assert.equal(ledger.lookUp('a')?.finished, false);

  const outcome = answered();
  await ledger.finish('a', outcome);
  assert.equal(await ledger.lookUp('a')?.result, outcome);
  assert.equal(ledger.lookUp('a')?.finished, true);
});

test('a success is kept for 10 minutes and longer, then forgotten', async () => {
  const { clock, drive, claim } = createLedger();
  await drive('a', answered());
  clock.nowMs = 10 * 60_000;
  assert.equal(await claim('a'), 'finished');
  clock.nowMs = 11 * 60_000;
  assert.equal(await claim('a'), 'claimed');
});

test('a failure is kept for half a minute, then forgotten', async () => {
  const { clock, drive, claim } = createLedger();
  await drive('a', failed('FAILED_PRECONDITION'));
  clock.nowMs = 29_999;
  assert.equal(await claim('a'), 'finished');
  clock.nowMs = 30_000;
  assert.equal(await claim('a'), 'claimed');
});

for (const status of ['RESOURCE_EXHAUSTED', 'UNAVAILABLE'] as const) {
  test(`a refusal with ${status} and a RetryInfo is not kept`, async () => {
    const { drive, claim, ledger } = createLedger();
    await drive('a', failed(status, { retryDelayMs: 0 }));
    assert.equal(ledger.lookUp('a'), undefined);
    assert.equal(await claim('a'), 'claimed');
  });
}

const kept: { name: string; outcome: ExecuteResult }[] = [
  { name: 'UNAVAILABLE without a RetryInfo', outcome: failed('UNAVAILABLE') },
  { name: 'ABORTED with a RetryInfo', outcome: failed('ABORTED', { retryDelayMs: 1 }) },
];
for (const { name, outcome } of kept) {
  test(`${name} may follow a drive, so it is kept`, async () => {
    const { drive, claim } = createLedger();
    await drive('a', outcome);
    assert.equal(await claim('a'), 'finished');
  });
}

test('whoever joined gets a refusal too', async () => {
  const { ledger } = createLedger();
  await ledger.claim('a', 'same');
  const joined = ledger.lookUp('a')?.result;
  const refusal = failed('RESOURCE_EXHAUSTED', { retryDelayMs: 5 });
  await ledger.finish('a', refusal);
  assert.equal(await joined, refusal);
});

test('another request under a known id is a conflict, running or finished', async () => {
  const { ledger, claim } = createLedger();
  await claim('a');
  assert.equal(await claim('a', 'other'), 'conflict');
  await ledger.finish('a', answered());
  assert.equal(await claim('a', 'other'), 'conflict');
});

test('beyond the entries that fit, the oldest success goes, and the log says that a promise was cut', async () => {
  const { drive, claim, lines } = createLedger({ maxEntries: 2 });
  for (const key of ['a', 'b', 'c']) {
    await drive(key, answered());
  }
  assert.deepEqual(
    [await claim('c'), await claim('b'), await claim('a')],
    ['finished', 'finished', 'claimed'],
  );
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.level, 'warn');
  assert.equal(lines[0]?.facts['forgotten'], 1);
});

test('beyond the bytes that fit, the oldest success goes', async () => {
  const { drive, claim } = createLedger({ maxBytes: 10_000 });
  await drive('a', answered(5_000));
  await drive('b', answered(5_000));
  assert.deepEqual([await claim('b'), await claim('a')], ['finished', 'claimed']);
});

test('failures go before successes, without a warning', async () => {
  const { drive, claim, lines } = createLedger({ maxEntries: 1 });
  await drive('a', answered());
  await drive('b', failed('INTERNAL'));
  assert.deepEqual([await claim('a'), await claim('b')], ['finished', 'claimed']);
  assert.deepEqual(lines, []);
});

test('a success that was kept for 10 minutes goes without a warning', async () => {
  const { drive, clock, lines } = createLedger({ maxEntries: 1 });
  await drive('a', answered());
  clock.nowMs = 10 * 60_000;
  await drive('b', answered());
  assert.deepEqual(lines, []);
});

test('running requests are never forgotten, however small the bounds', async () => {
  const { drive, claim } = createLedger({ maxEntries: 1, maxBytes: 1 });
  await claim('a');
  for (const key of ['b', 'c', 'd']) {
    await drive(key, answered());
  }
  assert.equal(await claim('a'), 'running');
});

test('a full ledger warns once a minute, with the number of losses', async () => {
  const { drive, clock, lines } = createLedger({ maxEntries: 1 });
  for (let index = 0; index < 10; index += 1) {
    await drive(`a${index}`, answered());
  }
  clock.nowMs = 60_000;
  await drive('b', answered());
  assert.deepEqual(
    lines.map(({ facts }) => facts['forgotten']),
    [1, 9],
  );
});

test('the sizes return to nothing when everything has had its time', async () => {
  const { drive, clock, lines, claim } = createLedger({ maxEntries: 2, maxBytes: 3_000 });
  for (let round = 0; round < 50; round += 1) {
    await drive(`a${round}`, answered(200));
    await drive(`b${round}`, failed('INTERNAL'));
    clock.nowMs += 11 * 60_000;
  }
  assert.equal(await claim('a49'), 'claimed');
  assert.deepEqual(lines, []);
});
