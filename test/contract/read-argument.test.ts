import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readArgument, readUnknownArgument } from '../../src/contract/arguments/read-argument.js';

const kinds = ['text', 'scalar', 'json', 'boolean', 'int32', 'int64'] as const;

/** Values that a template may have, delicate ones often. */
const jsonText = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.json({ maxDepth: 4 }).map((text) => JSON.stringify(text)),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map((number) => `"${number}"`),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"@x"', '"\\ud800"', '""', '"true"', '1e400', '-0', '1.0', '[]', '{}', '"{}"'),
);
const argument = jsonText.map((text) => ({ text, value: JSON.parse(text) as unknown }));

test('an argument of any kind is read or refused with one sentence, never a throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), argument, (kind, given) => {
      const read = readArgument(kind, given);
      assert.match('fault' in read ? read.fault : 'has a value', /^(must|has|begins|nests) .+/);
    }),
    { numRuns: 2_000 },
  );
});

test('a text that is read is the text that was given', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const given = { text: JSON.stringify(text), value: text };
      assert.deepEqual(readArgument('text', given), { value: text });
      assert.deepEqual(readArgument('scalar', given), { value: text });
    }),
  );
});

test('a JSON object as text is read as that very text', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), fc.nat(3), (object, indent) => {
      const spec = JSON.stringify(object, undefined, indent);
      assert.deepEqual(readArgument('json', { text: JSON.stringify(spec), value: spec }), { value: spec });
    }),
  );
});

const integers = [
  { kind: 'int32', bits: 32n },
  { kind: 'int64', bits: 64n },
] as const;
for (const { kind, bits } of integers) {
  test(`an ${kind} is read exactly where it fits and refused where it does not`, () => {
    const limit = 2n ** (bits - 1n);
    fc.assert(
      fc.property(fc.bigInt({ min: -2n * limit, max: 2n * limit }), (number) => {
        const read = readArgument(kind, { text: `"${number}"`, value: String(number) });
        const fits = number >= -limit && number < limit;
        assert.equal('value' in read ? String(read.value) : 'refused', fits ? String(number) : 'refused');
      }),
    );
  });
}

test('an unknown argument is its text, its JSON text, absent or refused, never a throw', () => {
  fc.assert(
    fc.property(argument, (given) => {
      const read = readUnknownArgument(given) ?? { value: 'absent' };
      const carried = [given.value, given.text, 'absent'];
      assert.ok('fault' in read || carried.includes(read.value), JSON.stringify(read));
    }),
    { numRuns: 2_000 },
  );
});
