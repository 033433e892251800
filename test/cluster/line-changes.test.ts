import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineChanges } from '../../scripts/cluster/line-changes.js';

test('equal texts have no changes', () => {
  assert.deepEqual(lineChanges('a\nb', 'a\nb'), []);
});

test('what is gone and what is new stands in the order of the texts, hunks apart', () => {
  assert.deepEqual(lineChanges('a\nb\nc\nd', 'a\nx\nc\nd\ne'), ['-b', '+x', '', '+e']);
});
