import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nestingOf, objectMembers } from '../../src/common/json-text.js';

const delicateText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"',
    '\\',
    '\\"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '__proto__',
    'constructor',
    '\ud800',
    '\\\\',
    '',
  ),
);
const value = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -1.5, 1e300),
    delicateText,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(delicateText, tie('json'), { maxKeys: 4 }),
  ),
})).json;
const object = fc.dictionary(delicateText, value, { maxKeys: 5 });
const indent = fc.constantFrom('', ' ', '\t', ' \t ');

// Against JSON.stringify: JSON.parse of Node.js 24.21 loses keys such as "\"".
test("an object's members are those that it was written from, in their order", () => {
  fc.assert(
    fc.property(object, indent, (given, space) => {
      const found = objectMembers(` \n${JSON.stringify(given, undefined, space)}\t`);
      const compact = objectMembers(JSON.stringify(given));
      assert.deepEqual(
        found.map(({ key }) => key),
        Object.keys(given),
      );
      assert.deepEqual(
        compact,
        Object.entries(given).map(([key, written]) => ({ key, text: JSON.stringify(written) })),
      );
    }),
    { numRuns: 1_000 },
  );
});

test("a member's text is what was written, without the spaces around it", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(delicateText, value, indent)), (members) => {
      const written = members.map(([key, given, space]) => ({
        key,
        text: JSON.stringify(given, undefined, space),
      }));
      const text = `{${written.map(({ key, text: part }) => `\n${JSON.stringify(key)} :\r\n${part} `).join(',')}}`;
      assert.deepEqual(objectMembers(text), written);
    }),
    { numRuns: 1_000 },
  );
});

test('nesting is as deep as a walk through the parsed value goes', () => {
  fc.assert(
    fc.property(value, indent, (given, space) => {
      const text = JSON.stringify(given, undefined, space);
      assert.equal(nestingOf(text), depthOf(JSON.parse(text)));
    }),
    { numRuns: 1_000 },
  );
});

const examples = [
  { name: 'an empty object', text: '{}', members: [] },
  { name: 'an empty object with spaces', text: ' { \n } ', members: [] },
  {
    name: 'a key twice',
    text: '{"a":1,"a":2}',
    members: [
      { key: 'a', text: '1' },
      { key: 'a', text: '2' },
    ],
  },
  { name: 'a key with an escape', text: '{"\\u0061":1}', members: [{ key: 'a', text: '1' }] },
  { name: 'a number as written', text: '{"a": 1.10e+02 }', members: [{ key: 'a', text: '1.10e+02' }] },
  {
    name: 'a text that ends in a backslash',
    text: '{"a\\\\":"b\\\\"}',
    members: [{ key: 'a\\', text: '"b\\\\"' }],
  },
];
for (const { name, text, members } of examples) {
  test(`the members of ${name} are found`, () => {
    assert.deepEqual(objectMembers(text), members);
  });
}

test('100,000 levels are counted without a stack overflow', () => {
  assert.equal(nestingOf('['.repeat(100_000) + ']'.repeat(100_000)), 100_000);
});

function depthOf(given: unknown): number {
  if (typeof given !== 'object' || given === null) {
    return 0;
  }
  return 1 + Math.max(0, ...Object.values(given).map(depthOf));
}
