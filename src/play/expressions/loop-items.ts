import { isJsonObject, type Json } from '../../common/json.js';
import { escapeHtml } from '../../workflow/go-text.js';

/**
 * One item of a loop: JSON text, so that a number stays as it was written (`1.0`).
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/pkg/apis/workflow/v1alpha1/item.go
 */
export type Item = string;

const token = /"(?:[^"\\]|\\.)*"|[^\s"]/g;

/** Throws what JSON.parse throws, or an Error that names another kind than a list; null is an empty list. */
export function parseItems(text: string): Item[] {
  const value: unknown = JSON.parse(text);
  if (value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    const kind = typeof value === 'boolean' ? 'bool' : typeof value;
    throw new Error(`json: cannot unmarshal ${kind} into Go value of type []v1alpha1.Item`);
  }
  return membersOf(text);
}

/** The members of a JSON list or object as they are written, without the spaces between their tokens. */
function membersOf(json: string): string[] {
  const members: string[] = [];
  let member = '';
  let depth = 0;
  for (const [text] of json.matchAll(token)) {
    const closes = text === ']' || text === '}';
    depth -= closes ? 1 : 0;
    if (depth > 1 || (depth === 1 && text !== ',')) {
      member += text;
    } else if (member !== '') {
      members.push(member);
      member = '';
    }
    depth += text === '[' || text === '{' ? 1 : 0;
  }
  return members;
}

/** `item`, and `item.KEY` for each member of an object. */
export function itemVariables(item: Item): ReadonlyMap<string, string> {
  const value: Json = JSON.parse(item);
  if (isJsonObject(value)) {
    const entries = entriesOf(item);
    const sorted = entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).sort();
    return new Map([
      ['item', escapeHtml(`{${sorted.join(',')}}`)],
      ...entries.map(([key, text]): [string, string] => [`item.${key}`, itemText(text)]),
    ]);
  }
  return new Map([['item', typeof value === 'string' ? value.toWellFormed() : escapeHtml(item)]]);
}

/** How an item stands in the name of its node. */
export function describeItem(item: Item): string {
  const value: Json = JSON.parse(item);
  if (isJsonObject(value)) {
    const pairs = entriesOf(item).map(([key, text]) => `${key}:${itemText(text)}`);
    return pairs.sort().join(',');
  }
  if (Array.isArray(value) || value === null) {
    return `[${membersOf(item).map(itemText).join(' ')}]`;
  }
  return typeof value === 'string' ? value.toWellFormed() : item;
}

function entriesOf(object: Item): [string, Item][] {
  const written = membersOf(object).map((member): [string, Item] => {
    const key = /^"(?:[^"\\]|\\.)*"/.exec(member)?.[0] ?? '""';
    return [JSON.parse(key), member.slice(key.length + 1)];
  });
  // Of two members with one key the last one counts.
  return [...new Map(written)];
}

/** Text loses its quotes and keeps its escapes, in Argo as here; only those of `<`, `>` and `&` are undone. */
function itemText(item: Item): string {
  const text = item.startsWith('"') ? item.slice(1, -1) : item;
  return text.replaceAll('\\u003c', '<').replaceAll('\\u003e', '>').replaceAll('\\u0026', '&');
}
