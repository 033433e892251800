/** Deepest nesting of objects and arrays that is taken, in a body and in each JSON spec. */
export const deepestNesting = 500;

/** A member of a JSON object, as it stands in the text. */
export interface Member {
  readonly key: string;
  /** The member's value, byte for byte as it was written. */
  readonly text: string;
}

/** The members of the JSON object that `text` is, in their order, duplicates included. `text` must be valid JSON. */
export function objectMembers(text: string): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] === '"') {
    const keyEnd = endOfString(text, at);
    const start = skipSpace(text, text.indexOf(':', keyEnd) + 1);
    const end = endOfValue(text, start);
    members.push({ key: JSON.parse(text.slice(at, keyEnd)), text: text.slice(start, end) });
    at = skipSpace(text, end);
    if (text[at] === ',') {
      at = skipSpace(text, at + 1);
    }
  }
  return members;
}

/** How many objects and arrays of valid JSON stand inside each other: 0 for a string, 1 for []. */
export function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === codes.quote) {
      at = endOfString(text, at) - 1;
    } else if (code === codes.openBrace || code === codes.openBracket) {
      depth += 1;
      deepest = depth > deepest ? depth : deepest;
    } else if (code === codes.closeBrace || code === codes.closeBracket) {
      depth -= 1;
    }
  }
  return deepest;
}

/** Numbers, because comparing one-character texts takes several times as long. */
const codes = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  comma: 0x2c,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === codes.quote) {
      at = endOfString(text, at) - 1;
    } else if (code === codes.openBrace || code === codes.openBracket) {
      depth += 1;
    } else if (code === codes.closeBrace || code === codes.closeBracket) {
      depth -= 1;
      if (depth < 0) {
        return trimEnd(text, start, at);
      }
    } else if (code === codes.comma && depth === 0) {
      return trimEnd(text, start, at);
    }
  }
  return text.length;
}

/** Index after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1 && isEscaped(text, quote)) {
    quote = text.indexOf('"', quote + 1);
  }
  return quote === -1 ? text.length : quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === codes.backslash) {
    backslashes += 1;
  }
  return backslashes % 2 === 1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) {
    at += 1;
  }
  return at;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(text.charCodeAt(at - 1))) {
    at -= 1;
  }
  return at;
}

function isSpace(code: number): boolean {
  return (
    code === codes.space || code === codes.lineFeed || code === codes.tab || code === codes.carriageReturn
  );
}
