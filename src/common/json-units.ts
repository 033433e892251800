// JSON text as UTF-16 units, for those that look at each character.

/** Numbers, because comparing one-character texts takes several times as long. */
export const codes = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** As on IBM Z: units are read as the machine has them. */
const isBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** Longest text whose room is kept for the next one. */
const mostKept = 1024 * 1024;
let kept = Buffer.alloc(32 * 1024);

/**
 * The UTF-16 units of a text, under the text's own indices: to read them takes half the time of charCodeAt, which looks
 * each time how the text is kept. Good until the next text is asked for.
 */
export function unitsOf(text: string): Uint16Array {
  const room = 2 * text.length <= kept.length ? kept : Buffer.alloc(2 * text.length);
  if (text.length <= mostKept) {
    kept = room;
  }
  room.write(text, 'utf16le');
  if (isBigEndian) {
    room.subarray(0, 2 * text.length).swap16();
  }
  return new Uint16Array(room.buffer, room.byteOffset, text.length);
}

/** By its unit, whether a character in a string neither ends it nor is half of an escape, nor forbidden there. */
const plain = new Uint8Array(0x10000).fill(1).fill(0, 0, codes.space);
plain[codes.quote] = 0;
plain[codes.backslash] = 0;

/** Index of the first character from there on that is not plain: a quote, a backslash, a control character, or the end. */
export function skipPlain(units: Uint16Array, from: number): number {
  let at = from;
  while (plain[units[at] ?? 0] === 1) {
    at += 1;
  }
  return at;
}

/** Index of the first character from there on that is no white space. */
export function skipSpace(units: Uint16Array, from: number): number {
  let at = from;
  while (isSpace(units[at])) {
    at += 1;
  }
  return at;
}

export function isSpace(code = 0): boolean {
  return (
    code <= codes.space &&
    (code === codes.space || code === codes.lineFeed || code === codes.tab || code === codes.carriageReturn)
  );
}
