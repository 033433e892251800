/** The labels of a metric, each with every value that it can have: nothing that a caller can choose is one. */
export type Labels = Readonly<Record<string, readonly string[]>>;
export type LabelValues<Of extends Labels> = { readonly [Label in keyof Of]: Of[Label][number] };

/**
 * A row of a table of metrics: of it come the metric itself, its row in docs/metrics.md, dashboards and alerts. Names are as
 * https://prometheus.io/docs/practices/naming/ wants them: base units, counters end in _total.
 */
export interface Metric<Of extends Labels = Labels> {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence. */
  readonly help: string;
  readonly labels: Of;
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
  /** Sets of labels that stand at 0 from the start, so that the first rise is seen; without them all that can be. */
  readonly seeds?: readonly LabelValues<Of>[];
  /** Labels with one value that is known at start: only a gauge that is always 1 has them. */
  readonly constants?: readonly string[];
  /** Where the metric is there; absent where it always is. */
  readonly when?: string;
}

export type MetricTable = Readonly<Record<string, Metric>>;

type More<Of extends Labels> = Partial<Pick<Metric<Of>, 'labels' | 'seeds' | 'when'>>;
type NoLabels = Readonly<Record<never, never>>;

export function counter<const Of extends Labels = NoLabels>(
  name: `${string}_total`,
  help: string,
  { labels = {} as Of, ...more }: More<Of> = {},
): Metric<Of> {
  return { type: 'counter', name, help, labels, ...more };
}

/** A value that is read when it is asked for. */
export function gauge(name: string, help: string, more: Pick<Metric, 'when'> = {}): Metric<NoLabels> {
  return { type: 'gauge', name, help, labels: {}, ...more };
}

/** What does not change while a program runs, as labels of a 1. */
export function info(name: `${string}_info`, help: string, constants: readonly string[]): Metric<NoLabels> {
  return { type: 'gauge', name, help, labels: {}, constants };
}

/** From a hundredth of a second, which a driver never needs, to the ten minutes that a sidecar waits. */
export const secondsBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** Times in seconds. */
export function histogram<const Of extends Labels = NoLabels>(
  name: `${string}_seconds`,
  help: string,
  { labels = {} as Of, ...more }: More<Of> = {},
  buckets: readonly number[] = secondsBuckets,
): Metric<Of> {
  return { type: 'histogram', name, help, labels, buckets, ...more };
}

/** The sets of labels that a metric has from the start. */
export function seedsOf({ labels, seeds }: Metric): readonly LabelValues<Labels>[] {
  return seeds ?? productOf(labels);
}

/** Every set of values that labels can have. */
export function productOf(labels: Labels): LabelValues<Labels>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (sets, [label, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value }))),
    [{}],
  );
}
