import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../../scripts/fuzz/ask-alone.js';
import type { Answer, FuzzInput, Wire } from '../../scripts/fuzz/fuzz-input.js';

const input: FuzzInput = { bytes: Buffer.from('{}'), headers: {} };
const good: Answer = { kind: 'converted', mayHaveDriven: false, text: '{}', faults: [] };
const answering = (send: () => Promise<Answer>): Wire => ({ send, close: () => {} });

test('An answer in time is handed on as it is', async () => {
  assert.equal(
    await ask(
      answering(async () => good),
      input,
      10_000,
    ),
    good,
  );
});

test('An answer that comes late is a fault that says after how long it came', async () => {
  const { kind, faults } = await ask(
    answering(() => delay(300, good)),
    input,
    200,
  );
  assert.equal(kind, 'none');
  assert.match(faults.join(), /^an answer after \d+\.\d s, of at most 0\.2$/);
});

test('An answer that never comes is a fault of another text', async () => {
  const { faults } = await ask(
    answering(() => new Promise(() => {})),
    input,
    50,
  );
  assert.deepEqual(faults, ['no answer within 0.1 s']);
});

test('A connection that breaks is a fault that says how', async () => {
  const { faults } = await ask(
    answering(() => Promise.reject(new Error('socket hang up'))),
    input,
    10_000,
  );
  assert.deepEqual(faults, ['no answer: socket hang up']);
});
