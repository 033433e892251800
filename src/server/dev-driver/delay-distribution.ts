import type { Reader } from '../../common/settings.js';

/** Draws a delay in milliseconds from numbers between 0 and 1. */
export type DelayDistribution = (random: () => number) => number;

/** Longest delay, milliseconds: an hour. */
const mostMs = 3_600_000;

/** A delay: `200`, `uniform:10-200` or `exp:50` (its mean), milliseconds. */
export function delayDistribution(): Reader<DelayDistribution> {
  return { form: 'milliseconds: a number, uniform:LEAST-MOST or exp:MEAN, up to 3600000', parse: parseDelay };
}

function parseDelay(text: string): { readonly value: DelayDistribution } | undefined {
  const value = toDistribution(text);
  return value === undefined ? undefined : { value };
}

function toDistribution(text: string): DelayDistribution | undefined {
  const [, kind = 'fixed', first = '', second] = /^(?:(uniform|exp):)?(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const least = Number(first);
  const most = Number(second ?? first);
  const hasRange = second !== undefined;
  if (first === '' || hasRange !== (kind === 'uniform') || least > most || most > mostMs) {
    return undefined;
  }
  if (kind === 'exp') {
    return (random) => Math.min(mostMs, -Math.log(1 - random()) * least);
  }
  return (random) => least + random() * (most - least);
}
