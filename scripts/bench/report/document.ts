import { spreadOf } from './statistics.js';

/** One figure of one round. */
export interface Sample {
  readonly subject: string;
  readonly metric: string;
  /** As it is printed: "ms", "MiB", "1/s". */
  readonly unit: string;
  readonly value: number;
}

/** The same figure over all rounds. */
export interface Row {
  readonly scenario: string;
  readonly subject: string;
  readonly metric: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What `--json` prints. */
export interface BenchDocument {
  /** Version of Node.js that ran it: "v20.20.2". */
  readonly node: string;
  readonly rows: readonly Row[];
}

/** One row for each metric and subject, both in the order of their first sample. */
export function toRows(scenario: string, samples: readonly Sample[]): Row[] {
  const metrics = [...new Set(samples.map(({ metric }) => metric))];
  const subjects = [...new Set(samples.map(({ subject }) => subject))];
  return metrics.flatMap((metric) =>
    subjects.flatMap((subject) => {
      const same = samples.filter((sample) => sample.metric === metric && sample.subject === subject);
      const [first] = same;
      return first === undefined ? [] : [toRow(scenario, first, same)];
    }),
  );
}

function toRow(scenario: string, { subject, metric, unit }: Sample, same: readonly Sample[]): Row {
  const { median, min, max } = spreadOf(same.map(({ value }) => value));
  return { scenario, subject, metric, unit, median: round(median), min: round(min), max: round(max) };
}

/** A row's median over that of the floor for the same metric; undefined for the floor, and where it has no such figure. */
export function ratioToFloor(row: Row, rows: readonly Row[], floor: string | undefined): number | undefined {
  const below = rows.find(
    ({ scenario, subject, metric }) =>
      scenario === row.scenario && metric === row.metric && subject === floor,
  );
  return below === undefined || below === row || below.median === 0 ? undefined : row.median / below.median;
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
