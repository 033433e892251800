import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createByteBudget } from '../../src/server/byte-budget.js';

test('bytes are given back once, however often their holder says so', () => {
  const { take } = createByteBudget(100);
  const release = take(60);
  assert.ok(take(40));
  assert.equal(take(1), undefined);
  release?.();
  release?.();
  assert.ok(take(60));
  assert.equal(take(1), undefined);
});

test('one holder may take more than there is, and nobody beside it', () => {
  const { take } = createByteBudget(100);
  const release = take(1_000);
  assert.equal(take(1), undefined);
  release?.();
  assert.ok(take(100));
});
