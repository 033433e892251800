import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchTurns } from '../../scripts/fuzz/subjects/watch-turns.js';
import { delay } from '../support/agent.js';

test('a turn counts with the CPU that it took, not with the time that it stood still, and is told once', async () => {
  const turns = watchTurns();
  await delay(100);
  turns.takeLongestMs();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
  await delay(100);
  const still = turns.takeLongestMs();
  const { user } = process.cpuUsage();
  while (process.cpuUsage().user - user < 1_500_000) {
    Math.sqrt(user);
  }
  await delay(100);
  const busy = turns.takeLongestMs();
  assert.ok(still < busy / 2, `${still} ms standing still, ${busy} ms busy`);
  assert.ok(turns.takeLongestMs() < busy / 2);
});
