import { tooLarge } from './argument-size.js';
import { inputFlags } from './input-flags.js';
import type { FlagValue } from './to-flags.js';

/** How many objects and lists may stand inside each other; KFP's own specs have some 20. */
export const maxSpecDepth = 500;

const specFlags: ReadonlySet<string> = new Set(
  inputFlags.filter(({ kind }) => kind === 'spec').map(({ name }) => name),
);

const code = (character: string) => character.charCodeAt(0);
const [quote, backslash, comma, colon] = [code('"'), code('\\'), code(','), code(':')];
const [openBrace, closeBrace, openBracket, closeBracket] = [code('{'), code('}'), code('['), code(']')];

/** What KFP's driver makes of a JSON text when it logs it (json.Indent with two spaces), and how deep it is. */
export interface SpecSize {
  readonly indentedBytes: number;
  readonly depth: number;
}

/**
 * Measures a text in one scan, without building anything: a line break and the indent of its depth for each bracket
 * and comma, a space for each colon. Never less than what Go writes; a text that is no JSON is measured all the same.
 */
export function measureSpec(text: string): SpecSize {
  let indentedBytes = Buffer.byteLength(text);
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === quote) {
      at = endOfString(text, at);
    } else if (character === openBrace || character === openBracket) {
      depth += 1;
      deepest = Math.max(deepest, depth);
      indentedBytes += 1 + 2 * depth;
    } else if (character === closeBrace || character === closeBracket) {
      depth = Math.max(0, depth - 1);
      indentedBytes += 1 + 2 * depth;
    } else if (character === comma) {
      indentedBytes += 1 + 2 * depth;
    } else if (character === colon) {
      indentedBytes += 1;
    }
  }
  return { indentedBytes, depth: deepest };
}

/** Index of a string's closing quote, or of the text's end. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) {
    at += text.charCodeAt(at) === backslash ? 2 : 1;
  }
  return at;
}

/**
 * INVALID_ARGUMENT for specs that would cost the driver many times their own size: nested too deep, or larger together
 * than `maxBytes` when they are indented.
 */
export function refuseLargeSpecs(flags: readonly FlagValue[], maxBytes: number): void {
  let bytes = 0;
  let largest = { name: '', bytes: 0 };
  for (const [name, text] of flags.filter(([flag]) => specFlags.has(flag))) {
    const { indentedBytes, depth } = measureSpec(text);
    if (depth > maxSpecDepth) {
      throw tooLarge(name, 'its depth', depth, maxSpecDepth);
    }
    if (indentedBytes > largest.bytes) {
      largest = { name, bytes: indentedBytes };
    }
    bytes += indentedBytes;
  }
  if (bytes > maxBytes) {
    throw tooLarge(largest.name, 'all specs', bytes, maxBytes);
  }
}
