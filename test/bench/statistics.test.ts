import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile, spreadOf } from '../../scripts/bench/report/statistics.js';

test('the median of an odd number of values is the middle one, of an even number between the two', () => {
  assert.deepEqual(spreadOf([30, 10, 20]), { median: 20, min: 10, max: 30 });
  assert.deepEqual(spreadOf([40, 10, 20, 30]), { median: 25, min: 10, max: 40 });
  assert.deepEqual(spreadOf([7]), { median: 7, min: 7, max: 7 });
});

test('values are put in order as numbers, and the list that came stays as it is', () => {
  const values = [100, 9, 20];
  assert.equal(spreadOf(values).min, 9);
  assert.deepEqual(values, [100, 9, 20]);
});

test('a quantile is the smallest value that so many do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  const cases = [0, 0.01, 0.5, 0.99, 1].map((part) => quantile(hundred, part));
  assert.deepEqual(cases, [1, 1, 50, 99, 100]);
  assert.equal(quantile([5], 0.99), 5);
});

test('nothing that was measured has no figure', () => {
  assert.throws(() => spreadOf([]), /nothing was measured/);
  assert.throws(() => quantile([], 0.5), /nothing was measured/);
});
