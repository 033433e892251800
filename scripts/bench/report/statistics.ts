/** What is left of several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws for no values at all: a figure that nobody measured must not look like one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = inOrder(values);
  const middle = (sorted.length - 1) / 2;
  const [below = 0, above = 0] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return { median: (below + above) / 2, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

/** The smallest value that `part` of all values do not exceed (nearest rank); `part` from 0 to 1. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = inOrder(values);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}

function inOrder(values: readonly number[]): number[] {
  if (values.length === 0) {
    throw new RangeError('nothing was measured');
  }
  return [...values].sort((left, right) => left - right);
}
