import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/common/json.js';
import { tryPatch } from '../../src/webhook/try-patch.js';

const templates = () => [
  { name: 'a', dag: { tasks: [{ name: 'x' }] } },
  { name: 'b', dag: { tasks: [{ name: 'y' }] } },
];

test('a patch is tried on a copy that shares what the patch leaves alone, and the object stays as it is', () => {
  const before: JsonObject = { spec: { templates: templates() }, metadata: { labels: {} } };
  const kept = structuredClone(before);
  const after = tryPatch(before, [
    { op: 'add', path: '/spec/templates/0', value: { name: 'new' } },
    { op: 'replace', path: '/spec/templates/2/dag/tasks/0/name', value: 'z' },
  ]);
  assert.deepEqual(before, kept);
  assert.deepEqual(after?.['spec'], {
    templates: [{ name: 'new' }, templates()[0], { name: 'b', dag: { tasks: [{ name: 'z' }] } }],
  });
  assert.equal(after?.['metadata'], before['metadata']);
});

test('a member is found by its place at the moment, after what earlier operations put in or took out', () => {
  const before: JsonObject = { list: [{ a: 1 }, { a: 2 }, { a: 3 }] };
  const after = tryPatch(before, [
    { op: 'remove', path: '/list/0' },
    { op: 'replace', path: '/list/0/a', value: 'two' },
    { op: 'add', path: '/list/0', value: { a: 'new' } },
    { op: 'replace', path: '/list/0/a', value: 'newer' },
    { op: 'replace', path: '/list/2/a', value: 'three' },
  ]);
  assert.deepEqual(after, { list: [{ a: 'newer' }, { a: 'two' }, { a: 'three' }] });
  assert.deepEqual(before, { list: [{ a: 1 }, { a: 2 }, { a: 3 }] });
});

const bad: readonly (readonly [what: string, path: string])[] = [
  ['a member of nothing', '/spec/missing/name'],
  ['a member that is not there', '/spec/missing'],
  ['a member of a text', '/spec/name/first'],
];
for (const [what, path] of bad) {
  test(`a patch that replaces ${what} does not apply`, () => {
    assert.equal(tryPatch({ spec: { name: 'text' } }, [{ op: 'replace', path, value: 1 }]), undefined);
  });
}

test('names that JSON pointers escape lead to their members', () => {
  const before: JsonObject = { 'a/b': { '~': 1 } };
  assert.deepEqual(tryPatch(before, [{ op: 'replace', path: '/a~1b/~0', value: 2 }]), { 'a/b': { '~': 2 } });
  assert.deepEqual(before, { 'a/b': { '~': 1 } });
});
