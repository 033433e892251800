import type { Json } from '../../../src/common/json.js';

type Some<Item> = readonly [Item, ...Item[]];

/** Stands where nothing may be shown or logged: specs, arguments, the contents of files. */
export const canary = 'canary-b7e151628aed2a6a';

/** Numbers at the edges of what a double, an int32 and an int64 hold. */
const numbers: Some<number> = [
  0,
  -0,
  -1,
  0.1,
  1e-320,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53) - 2,
  2 ** 63,
  1e308,
];

/** Texts that break what takes every text for a harmless one. */
export const hostileTexts: Some<string> = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  '\ufeff',
  '\u2028\u2029',
  '\u007f',
  '\u0001\u001f',
  '\u{1f9cc}\u{e0067}',
  '@/etc/passwd',
  '--help',
  '-1',
  '1e400',
  '9223372036854775808',
  '٣',
  'true',
  'null',
  'nil',
  '{}',
  '[]',
  '{"__proto__":{"x":1}}',
  '{{outputs.parameters.x}}',
  '{{=sprig.env("HOME")}}',
  '../../../../etc/passwd',
  '"; rm -rf / #',
  '<script>alert(1)</script>',
  '%00%s%n',
  '\r\nX-Header: 1',
  'ROOT_DAG',
  'DAG',
  'CONTAINER',
];

/** Names that mean something to JavaScript, or to nobody. */
export const hostileNames: Some<string> = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  'length',
  '0',
  '-1',
  '',
  ' ',
  '\0',
  '\ud800',
  'a/b~c',
  'a.b',
];

/** Made anew for each use, because whoever mutates goes on with them. */
export const hostileValues: Some<() => Json> = [
  () => null,
  () => true,
  () => false,
  () => [],
  () => ({}),
  () => [null],
  () => [[]],
  () => ({ name: null }),
  () => JSON.parse('{"__proto__":{"polluted":1}}'),
  () => ({ constructor: { prototype: { polluted: 1 } } }),
  ...numbers.map((number) => () => number),
  ...hostileTexts.map((text) => () => text),
];
