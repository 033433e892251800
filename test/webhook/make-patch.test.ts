import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import type { Json, JsonObject } from '../../src/common/json.js';
import { makePatch } from '../../src/webhook/make-patch.js';

function patchOf(before: JsonObject, after: JsonObject) {
  const text = makePatch(freeze(before), after);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Whoever tries the patch on the object itself fails. */
function freeze<Value extends Json>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze);
  }
  return Object.freeze(value);
}

/** Names that JSON pointers escape, and names that lists and objects have by themselves. */
const key = fc.constantFrom('a', 'b', 'a/b', '~', '~1', '', '0', '-', 'length', 'toString');
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, false, 0, 1, '', 'a', '\ud800'),
    fc.array(fc.record({ name: key, value: tie('tree') }, { noNullPrototype: true }), { maxLength: 5 }),
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(key, tree, { maxKeys: 4, noNullPrototype: true });

test('a patch makes one object of any other', () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const patch = patchOf(before, after);
      assert.ok(patch !== undefined);
      const copy = structuredClone(before);
      applyPatch(copy, patch);
      assert.deepEqual(copy, after);
    }),
    { numRuns: 2000 },
  );
});

test('of equal objects the patch is empty', () => {
  fc.assert(fc.property(object, (one) => assert.deepEqual(patchOf(one, structuredClone(one)), [])));
});

const named = (...names: string[]): Json[] => names.map((name) => ({ name, inputs: {} }));
const lists: readonly (readonly [string, Json[], Json[], readonly object[]])[] = [
  [
    'a named item put in between',
    named('a', 'b', 'c'),
    named('a', 'x', 'b', 'c'),
    [{ op: 'add', path: '/list/1', value: { name: 'x', inputs: {} } }],
  ],
  [
    'named items taken out',
    named('a', 'b', 'c', 'd'),
    named('b', 'd'),
    [
      { op: 'remove', path: '/list/2' },
      { op: 'remove', path: '/list/0' },
    ],
  ],
  [
    'one changed, one gone and one new',
    [...named('a', 'b'), { name: 'c', inputs: 1 }],
    [...named('x', 'b'), { name: 'c', inputs: 2 }],
    [
      { op: 'remove', path: '/list/0' },
      { op: 'add', path: '/list/0', value: { name: 'x', inputs: {} } },
      { op: 'replace', path: '/list/2/inputs', value: 2 },
    ],
  ],
  [
    'parameters, some gone and one new,',
    [{ name: 'a' }, { name: 'b', value: '1' }],
    [{ name: 'b', value: '1' }, { name: 'c' }, { name: 'd' }],
    [{ op: 'replace', path: '/list', value: [{ name: 'b', value: '1' }, { name: 'c' }, { name: 'd' }] }],
  ],
  [
    'an item without a name changed',
    ['a', { b: 1 }],
    ['a', { b: 2 }],
    [{ op: 'replace', path: '/list/1/b', value: 2 }],
  ],
  [
    'items without names, more of them,',
    ['a'],
    ['a', 'b'],
    [{ op: 'replace', path: '/list', value: ['a', 'b'] }],
  ],
  [
    'the other order',
    named('a', 'b'),
    named('b', 'a'),
    [
      { op: 'replace', path: '/list/0/name', value: 'b' },
      { op: 'replace', path: '/list/1/name', value: 'a' },
    ],
  ],
];

for (const [what, before, after, wanted] of lists) {
  test(`${what} in a list makes a patch of no more than that`, () => {
    assert.deepEqual(patchOf({ list: before }, { list: after }), wanted);
  });
}

test('members come, go and change by the names that RFC 6901 gives them', () => {
  const before: JsonObject = { 'a/b': 1, '~': { gone: null } };
  assert.deepEqual(patchOf(before, { 'a/b': 2, '~': {}, new: [] }), [
    { op: 'replace', path: '/a~1b', value: 2 },
    { op: 'remove', path: '/~0/gone' },
    { op: 'add', path: '/new', value: [] },
  ]);
});

test('a change below a name that would reach the prototype makes no patch', () => {
  const before = JSON.parse('{"__proto__":{"a":1}}');
  const after = JSON.parse('{"__proto__":{"a":2}}');
  assert.equal(patchOf(before, after), undefined);
  assert.equal(Reflect.get({}, 'a'), undefined);
});

test('1,000 templates with a new one in front make a patch of one operation', () => {
  const templates = Array.from({ length: 1000 }, (_, at): Json => ({ name: `t-${at}`, dag: { tasks: [] } }));
  const patch = patchOf({ templates }, { templates: [{ name: 'new' }, ...structuredClone(templates)] });
  assert.deepEqual(patch, [{ op: 'add', path: '/templates/0', value: { name: 'new' } }]);
});
