import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkJson } from '../../src/common/check-json.js';
import { nestingOf } from '../../src/common/json-text.js';

/** What JSON.parse says of a text. */
function asParsed(text: string) {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return { isObject, nesting: nestingOf(text) };
  } catch {
    return undefined;
  }
}

const pieces = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"a":',
    '\\',
    '\\"',
    '\\u00e9',
    '\\u12',
    '\\x',
    '/',
    ' ',
    '\n',
  ],
  ...[
    '\t',
    '\r',
    '\f',
    '\u00a0',
    '\u0000',
    '\u2028',
    '\ud800',
    'é',
    '1',
    '-',
    '0',
    '01',
    '.5',
    '1.',
    '1e5',
    '1e',
  ],
  ...[
    '-0',
    '+1',
    'true',
    'tru',
    'null',
    'nul',
    'false',
    'NaN',
    'undefined',
    '1.5E-3',
    '""',
    '{}',
    '[]',
    '[1,2]',
  ],
);

test('a text made of pieces of JSON is valid where JSON.parse takes it, and as deep', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
      const text = parts.join('');
      assert.deepEqual(checkJson(text), asParsed(text));
    }),
    { numRuns: 20_000 },
  );
});

test('valid JSON with one character taken out, put in or changed is valid where JSON.parse takes it', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), pieces, fc.nat(1), (text, position, piece, removed) => {
      const at = position % (text.length + 1);
      const edited = text.slice(0, at) + piece + text.slice(at + removed);
      assert.deepEqual(checkJson(text), asParsed(text));
      assert.deepEqual(checkJson(edited), asParsed(edited));
    }),
    { numRuns: 5_000 },
  );
});

test('an empty text, and one of spaces alone, is no JSON', () => {
  assert.equal(checkJson(''), undefined);
  assert.equal(checkJson(' \n'), undefined);
});

test('100,000 levels are checked without a stack overflow', () => {
  const text = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`;
  assert.deepEqual(checkJson(text), { isObject: false, nesting: 100_000 });
});

test('a text is read alone, however long the one before it was', () => {
  const long = (length: number) => JSON.stringify({ a: [['x'.repeat(length)]] });
  for (const length of [10, 100_000, 3, 3_000_000, 20]) {
    assert.deepEqual(checkJson(long(length)), { isObject: true, nesting: 3 });
    assert.equal(checkJson(`${long(length)}]`), undefined);
    assert.equal(checkJson('{"a":"'), undefined);
    assert.equal(checkJson('[1,'), undefined);
    assert.deepEqual(checkJson('[]'), { isObject: false, nesting: 1 });
  }
});
