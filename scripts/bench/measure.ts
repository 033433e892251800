/** Milliseconds of many runs of one thing. */
export interface Series {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs the same two things in turn, so that whatever else the machine does meets both alike. */
export async function measurePair(
  runs: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<readonly [Series, Series]> {
  const times: readonly [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    times[0].push(await timeOf(first));
    times[1].push(await timeOf(second));
  }
  return [toSeries(times[0]), toSeries(times[1])];
}

async function timeOf(what: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await what();
  return performance.now() - beganMs;
}

function toSeries(times: number[]): Series {
  times.sort((left, right) => left - right);
  return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Median and spread of a figure over rounds: "1.42 (1.38 to 1.51)". */
export function describeSpread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((left, right) => left - right);
  const show = (value: number | undefined) => (value ?? Number.NaN).toFixed(digits);
  return `${show(quantile(sorted, 0.5))} (${show(sorted[0])} to ${show(sorted.at(-1))})`;
}
