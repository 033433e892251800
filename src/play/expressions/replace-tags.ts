import { goQuote } from '../../workflow/go-text.js';

/** The value of a `{{tag}}`, or undefined where nothing defines it (yet). */
export type Lookup = (tag: string) => string | undefined;

/** A reference that must be resolved and is not: Argo tries again later, for ever if need be. */
export class MissingVariable extends Error {
  readonly tag: string;

  constructor(tag: string) {
    super(`failed to resolve {{${tag}}}`);
    this.name = 'MissingVariable';
    this.tag = tag;
  }
}

/** The first of these lookups that knows a tag. */
export function firstOf(...lookups: readonly Lookup[]): Lookup {
  return (tag) => {
    for (const lookup of lookups) {
      const value = lookup(tag);
      if (value !== undefined) {
        return value;
      }
    }
    return undefined;
  };
}

/**
 * Substitutes the `{{tags}}` in the JSON text of `value` as Argo does: over the whole text, unknown tags left as they
 * are. Tags that begin with one of `strictPrefixes` must be known (else MissingVariable). Throws an Error with
 * Argo's own text when a value breaks the JSON.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/util/template/replace.go
 */
export function substitute<T>(value: T, lookup: Lookup, strictPrefixes: readonly string[] = []): T {
  const text = JSON.stringify(value);
  if (text === undefined || !text.includes('{{')) {
    return value;
  }
  const replaced = replaceTags(text, lookup, strictPrefixes);
  try {
    return JSON.parse(replaced);
  } catch {
    throw new Error('cannot finish template replacement because the result was invalid JSON');
  }
}

function replaceTags(text: string, lookup: Lookup, strictPrefixes: readonly string[]): string {
  const parts: string[] = [];
  let position = 0;
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', position)) {
    const close = text.indexOf('}}', open + 2);
    if (close < 0) {
      throw new Error('Cannot find end tag="}}" in the template');
    }
    parts.push(text.slice(position, open), replaceTag(text.slice(open + 2, close), lookup, strictPrefixes));
    position = close + 2;
  }
  parts.push(text.slice(position));
  return parts.join('');
}

function replaceTag(tag: string, lookup: Lookup, strictPrefixes: readonly string[]): string {
  const name = tag.trim();
  const value = lookup(name);
  if (value !== undefined) {
    return goQuote(value);
  }
  const nestedAt = tag.lastIndexOf('{{');
  const nested = nestedAt > 0 ? lookup(tag.slice(nestedAt + 2)) : undefined;
  if (nested !== undefined) {
    return `{{${tag.slice(0, nestedAt)}${goQuote(nested)}`;
  }
  if (strictPrefixes.some((prefix) => name.startsWith(prefix))) {
    throw new MissingVariable(name);
  }
  return `{{${tag}}}`;
}
