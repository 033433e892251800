import type { Sequence } from '../../workflow/workflow.js';
import type { Item } from './loop-items.js';

/**
 * The items of `withSequence`, each a text. Throws an Error with Argo's own text.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (expandSequence)
 */
export function sequenceItems(sequence: Sequence): Item[] {
  const start = wholeNumber(sequence.start, 'start') ?? 0;
  const count = wholeNumber(sequence.count, 'count');
  const end = wholeNumber(sequence.end, 'end') ?? (count === undefined ? undefined : start + count - 1);
  if (end === undefined) {
    throw new Error('neither end nor count was specified in withSequence');
  }
  const step = start > end ? -1 : 1;
  const length = Math.min(Math.abs(end - start) + 1, count ?? Number.POSITIVE_INFINITY);
  return Array.from({ length: Math.max(length, 0) }, (_, index) =>
    JSON.stringify(formatNumber(sequence.format || '%d', start + index * step)),
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
