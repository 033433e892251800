import type { Dice } from '../../chaos/dice.js';
import { hostileTexts } from './hostile-values.js';

type Edit = (text: string, dice: Dice) => string | Buffer;

/** Breaks JSON text as text: its end, its tokens, its bytes. What comes out need be neither JSON nor UTF-8. */
export function mutateText(text: string, dice: Dice): Buffer {
  let edited: string | Buffer = text;
  for (let left = dice.between(1, 3); left > 0 && typeof edited === 'string'; left -= 1) {
    edited = dice.pick(edits)(edited, dice);
  }
  return Buffer.from(edited as string);
}

const edits: readonly [Edit, ...Edit[]] = [
  (text, dice) => text.slice(0, dice.between(0, text.length)),
  (text, dice) => {
    const [from, to] = [dice.between(0, text.length), dice.between(0, 40)];
    return text.slice(0, from) + text.slice(from + to);
  },
  (text, dice) => insert(text, dice.between(0, text.length), dice.pick(hostileTexts)),
  (text, dice) =>
    insert(text, dice.between(0, text.length), dice.pick(['{', '}', '[', ']', '"', ',', ':', '\\'])),
  repeatKey,
  repeatKey,
  (text, dice) => replaceToken(text, dice, /-?\d+(?:\.\d+)?(?=[,}\]])/g, numberTexts),
  (text, dice) => replaceToken(text, dice, /true|false|null|""|\{\}|\[\]/g, wordTexts),
  (text) => `\ufeff${text}`,
  (text) => `${text}${text}`,
  (text, dice) => text.replaceAll(',', dice.pick([' ,\t', ',\r\n', ',,'])),
  (text, dice) => damageBytes(Buffer.from(text), dice),
  (text, dice) => Buffer.from(text, dice.pick(['utf16le', 'latin1'])),
];

const numberTexts = [
  '1e400',
  '-0',
  '9007199254740993',
  '1.0',
  '1E2',
  '01',
  '+1',
  '.5',
  'NaN',
  '-',
  '9'.repeat(400),
] as const;
const wordTexts = [
  'True',
  'nul',
  'undefined',
  "''",
  '{"a"}',
  '[,]',
  'true false',
  '"\\u00',
  '"\\x41"',
] as const;

/** The same key again in an object, before the first or after the last. */
function repeatKey(text: string, dice: Dice): string {
  const keys = [...text.matchAll(/[{,]("(?:[^"\\]|\\.){0,60}"):/g)];
  const found = keys[dice.between(0, keys.length - 1)];
  if (found === undefined) {
    return text;
  }
  return insert(text, found.index + 1, `${found[1]}:${dice.pick(['null', '1', '"x"', '{}', '[]'])},`);
}

function replaceToken(text: string, dice: Dice, token: RegExp, by: readonly [string, ...string[]]): string {
  const tokens = [...text.matchAll(token)];
  const found = tokens[dice.between(0, tokens.length - 1)];
  if (found === undefined) {
    return text;
  }
  return text.slice(0, found.index) + dice.pick(by) + text.slice(found.index + found[0].length);
}

/** Flips, inserts and removes bytes. */
export function damageBytes(bytes: Buffer, dice: Dice): Buffer {
  let damaged = Buffer.from(bytes);
  for (let left = dice.between(1, 6); left > 0; left -= 1) {
    const at = dice.between(0, damaged.length);
    const way = dice.between(0, 2);
    if (way === 0 && at < damaged.length) {
      damaged.writeUInt8(dice.between(0, 255), at);
    } else if (way === 1) {
      const inserted = Buffer.from(Array.from({ length: dice.between(1, 4) }, () => dice.between(0, 255)));
      damaged = Buffer.concat([damaged.subarray(0, at), inserted, damaged.subarray(at)]);
    } else {
      damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + dice.between(1, 4))]);
    }
  }
  return damaged;
}

function insert(text: string, at: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at);
}
