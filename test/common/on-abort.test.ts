import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { onAbort } from '../../src/common/on-abort.js';

test('each callback is called once when the signal is aborted, unless it was taken back', () => {
  const { signal, abort } = abortable();
  const called: string[] = [];
  onAbort(signal, () => called.push('first'));
  const forget = onAbort(signal, () => called.push('second'));
  onAbort(signal, () => called.push('third'));
  forget();
  abort();
  abort();
  assert.deepEqual(called, ['first', 'third']);
});

test('however many wait, the signal has one listener', () => {
  const { signal } = abortable();
  for (let at = 0; at < 100; at += 1) {
    onAbort(signal, () => {});
  }
  assert.equal(getEventListeners(signal, 'abort').length, 1);
});

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
