import { anyString } from '../go/go-text.js';
import { isJsonObject, type Json } from '../json.js';
import type { Sequence, TemplateCall } from '../workflow/workflow.js';
import { evaluateWhen } from './evaluate-when.js';
import { firstOf, type Lookup, substitute } from './replace-tags.js';

export function shouldExpand(call: TemplateCall): boolean {
  return (call.withItems?.length ?? 0) > 0 || Boolean(call.withParam) || call.withSequence !== undefined;
}

/**
 * One call for each item of `withItems`, `withParam` or `withSequence`, named `call(0:item)`; the call itself where
 * there is none of them. Throws an Error with Argo's own text.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/dag.go (expandTask)
 */
export function expandItems<T extends TemplateCall>(call: T, lookup: Lookup): T[] {
  if (!shouldExpand(call)) {
    return [call];
  }
  const { withItems, withParam, withSequence, ...single } = call;
  return itemsOf(call).map((item, index) => {
    const own = itemLookup(item);
    const expanded = substitute(single, firstOf(own, lookup));
    const text = itemText(item).replaceAll(/[()]/g, '');
    // The rest of T is untouched: only the three ways to list items were taken off.
    return { ...(expanded as T), name: `${call.name}(${index}:${text})`, template: call.template };
  });
}

function itemsOf(call: TemplateCall): readonly Json[] {
  if (call.withItems !== undefined && call.withItems.length > 0) {
    return call.withItems;
  }
  try {
    return call.withParam ? parseList(call.withParam) : sequenceItems(call.withSequence ?? {});
  } catch (error) {
    if (mayRun(call.when)) {
      throw error;
    }
    return [];
  }
}

function mayRun(when: string | undefined): boolean {
  try {
    return evaluateWhen(when);
  } catch {
    return true;
  }
}

function parseList(text: string): Json[] {
  const refusal = `withParam value could not be parsed as a JSON list: ${text.trim()}`;
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Error(`${refusal}: ${error instanceof Error ? error.message : error}`);
  }
  if (list === null) {
    return [];
  }
  if (!Array.isArray(list)) {
    throw new Error(
      `${refusal}: json: cannot unmarshal ${jsonKind(list)} into Go value of type []v1alpha1.Item`,
    );
  }
  return list;
}

function jsonKind(value: unknown): string {
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function sequenceItems(sequence: Sequence): string[] {
  const start = wholeNumber(sequence.start, 'start') ?? 0;
  const count = wholeNumber(sequence.count, 'count');
  const end = wholeNumber(sequence.end, 'end') ?? (count === undefined ? undefined : start + count - 1);
  if (end === undefined) {
    throw new Error('neither end nor count was specified in withSequence');
  }
  const step = start > end ? -1 : 1;
  const length = Math.min(Math.abs(end - start) + 1, count ?? Number.POSITIVE_INFINITY);
  return Array.from({ length: Math.max(length, 0) }, (_, index) =>
    formatNumber(sequence.format || '%d', start + index * step),
  );
}

function wholeNumber(value: number | string | undefined, name: string): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!/^[+-]?\d+$/.test(String(value))) {
    throw new Error(`failed to parse sequence ${name}: strconv.ParseInt: parsing "${value}": invalid syntax`);
  }
  return Number(value);
}

/** Go's fmt for one whole number: %d, %x, %X, %o, %b, %c with a width and the flags `0`, `-` and `+`. */
function formatNumber(format: string, value: number): string {
  return format.replace(/%(%|([-+0]*)(\d*)([dxXobv]))/g, (all, _inner, flags = '', width = '', verb = '') => {
    if (all === '%%') {
      return '%';
    }
    const bases: Readonly<Record<string, number>> = { x: 16, X: 16, o: 8, b: 2 };
    const digits = Math.abs(value).toString(bases[verb] ?? 10);
    const sign = value < 0 ? '-' : flags.includes('+') ? '+' : '';
    const text = verb === 'X' ? digits.toUpperCase() : digits;
    if (flags.includes('-')) {
      return (sign + text).padEnd(Number(width));
    }
    return flags.includes('0')
      ? sign + text.padStart(Number(width) - sign.length, '0')
      : (sign + text).padStart(Number(width));
  });
}

function itemLookup(item: Json): Lookup {
  return (tag) => {
    if (tag === 'item') {
      return typeof item === 'object' ? JSON.stringify(sortKeys(item)) : anyString(item);
    }
    if (tag.startsWith('item.') && isJsonObject(item)) {
      const key = tag.slice('item.'.length);
      return Object.hasOwn(item, key) ? itemText(item[key] ?? null) : undefined;
    }
    return undefined;
  };
}

/** Go writes a map's keys sorted. */
function sortKeys(value: Json): Json {
  if (!isJsonObject(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function itemText(item: Json): string {
  if (Array.isArray(item)) {
    return `[${item.map(itemText).join(' ')}]`;
  }
  if (isJsonObject(item)) {
    const pairs = Object.entries(item).map(([key, value]) => `${key}:${itemText(value)}`);
    return pairs.sort().join(',');
  }
  return anyString(item) ?? 'null';
}
