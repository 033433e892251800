import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import type { Json, JsonObject } from '../../src/common/json.js';
import { type PatchOperation, tryPatch } from '../../src/webhook/try-patch.js';

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
  ['an item behind the last', '/spec/list/2'],
  ['an item by a number with a leading zero', '/spec/list/01'],
  ['an item by a negative number', '/spec/list/-1'],
  ["a list's length", '/spec/list/length'],
  ['what every object inherits', '/spec/toString'],
  ['a prototype', '/__proto__'],
  ['a member of a prototype', '/__proto__/toString'],
  ['the whole object', ''],
  ['a member by a path that does not begin with a slash', 'spec'],
];
for (const [what, path] of bad) {
  test(`a patch that replaces ${what} does not apply`, () => {
    const before: JsonObject = { spec: { name: 'text', list: ['a', 'b'] } };
    assert.equal(tryPatch(before, [{ op: 'replace', path, value: 1 }]), undefined);
    assert.deepEqual(before, { spec: { name: 'text', list: ['a', 'b'] } });
  });
}

test('a patch of which the last operation does not apply does not apply, and the object stays as it is', () => {
  const before: JsonObject = { spec: { list: ['a'] } };
  const patch: PatchOperation[] = [
    { op: 'add', path: '/spec/list/1', value: 'b' },
    { op: 'remove', path: '/spec/list/2' },
  ];
  assert.equal(tryPatch(before, patch), undefined);
  assert.deepEqual(before, { spec: { list: ['a'] } });
});

test('an operation on what an earlier one put in changes a copy of its value', () => {
  const value: JsonObject = { tasks: ['a'] };
  const after = tryPatch({}, [
    { op: 'add', path: '/dag', value },
    { op: 'add', path: '/dag/tasks/1', value: 'b' },
  ]);
  assert.deepEqual(after, { dag: { tasks: ['a', 'b'] } });
  assert.deepEqual(value, { tasks: ['a'] });
});

const key = fc.constantFrom('a', 'b', 'a/b', '~', '~1', '', '0', 'length', 'toString');
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 0, 'a'),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const choice = fc.record({ op: fc.constantFrom('add', 'replace', 'remove'), at: fc.nat(), value: tree });

test('an object that a library patched by any operations on what is there is the one that is tried', () => {
  fc.assert(
    fc.property(object, fc.array(choice, { maxLength: 8 }), (before, choices) => {
      const wanted = structuredClone(before);
      const patch: PatchOperation[] = [];
      for (const { op, at, value } of choices) {
        const paths = pathsIn(wanted, '');
        const path = paths[at % paths.length];
        const operation = { op, path, value } as PatchOperation;
        patch.push(...(applyPatch(wanted, [structuredClone(operation)])[0] === null ? [operation] : []));
      }
      const kept = structuredClone(before);
      assert.deepEqual(tryPatch(before, patch), wanted);
      assert.deepEqual(before, kept);
    }),
    { numRuns: 2000 },
  );
});

/** JSON pointers to all that is in a value; one that leads nowhere where there is nothing. */
function pathsIn(value: Json, path: string): readonly string[] {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const inside = members.flatMap(([name, member]) => {
    const below = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [below, ...pathsIn(member, below)];
  });
  return path === '' && inside.length === 0 ? ['/none'] : inside;
}

test('names that JSON pointers escape lead to their members', () => {
  const before: JsonObject = { 'a/b': { '~': 1 } };
  assert.deepEqual(tryPatch(before, [{ op: 'replace', path: '/a~1b/~0', value: 2 }]), { 'a/b': { '~': 2 } });
  assert.deepEqual(before, { 'a/b': { '~': 1 } });
});
