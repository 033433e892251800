import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallLedger, type Evicted } from '../../src/bridge/call-ledger.js';
import type { Answered } from '../../src/bridge/call-record.js';
import { ExpiringBytes } from '../../src/bridge/expiring-bytes.js';
import { Progress } from '../../src/bridge/progress.js';
import { settled } from '../support/fake-clock.js';

const success: Answered = { nextAttempt: 'none', bytes: 100 };
const minuteMs = 60_000;

function createLedger(maxEntries: number) {
  const evicted: Evicted[] = [];
  let nowMs = 0;
  const ledger = new CallLedger({
    nowMs: () => nowMs,
    maxEntries,
    maxBytes: 1 << 20,
    replayFailureMs: 5_000,
    onEvicted: (facts) => evicted.push(facts),
  });
  const drive = async (key: string) => {
    const progress = new Progress(nowMs, false);
    const record = ledger.ask(key, () => ({ progress, answer: Promise.resolve(success) }));
    progress.stage = { kind: 'calling', call: { isSent: () => true }, sinceMs: 0 };
    await settled();
    ledger.markDelivered(record);
    return record;
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { ledger, evicted, drive, pass };
}

describe('what the call ledger keeps of a task that is done', () => {
  it('is its answer, and no longer the call, which has the whole request', async () => {
    const { drive } = createLedger(10);
    const { progress, state } = await drive('a');
    assert.deepEqual(progress.stage, { kind: 'ended' });
    assert.equal(state.kind, 'delivered');
  });
});

describe('a call ledger that is full', () => {
  it('makes room for an eighth at once, so that not each task that follows has to', async () => {
    const { ledger, evicted, drive } = createLedger(80);
    for (let at = 0; at < 90; at += 1) {
      await drive(`task ${at}`);
    }
    assert.deepEqual(
      evicted.map(({ answers }) => answers),
      [11],
    );
    assert.equal(ledger.size.entries, 79);
    assert.equal(ledger.find('task 10'), undefined);
    assert.notEqual(ledger.find('task 11'), undefined);
  });

  it('tells which of the forgotten answers a repeat may still ask for: those of the last minutes', async () => {
    const { evicted, drive, pass } = createLedger(2);
    await drive('old');
    pass(5 * minuteMs);
    await drive('young');
    await drive('third');
    await drive('fourth');
    assert.deepEqual(
      evicted.map(({ answers, early }) => ({ answers, early })),
      [
        { answers: 1, early: 0 },
        { answers: 1, early: 1 },
      ],
    );
  });
});

describe('bytes that expire', () => {
  it('leave nothing behind when they are taken away before, so that a sweep has nothing to look at', () => {
    const bytes = new ExpiringBytes(1);
    for (let at = 0; at < 1_000; at += 1) {
      bytes.set('task', 10, minuteMs + at);
    }
    bytes.set('other', 5, 2 * minuteMs);
    bytes.delete('task');
    assert.equal(bytes.firstExpiryMs(), 2 * minuteMs);
    assert.equal(bytes.steps, 1);
    assert.equal(bytes.total(2 * minuteMs), 0);
    assert.equal(bytes.steps, 0);
  });
});
