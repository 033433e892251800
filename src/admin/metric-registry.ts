import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type LabelValues, type Metric, type MetricTable, seedsOf } from './metric.js';

type LabelsOf<Table extends MetricTable, Key extends keyof Table> = LabelValues<Table[Key]['labels']>;

/** The metrics of a table, as Prometheus' client keeps them. */
export interface MetricRegistry<Table extends MetricTable> {
  /** Adds to a counter. */
  add<Key extends keyof Table>(key: Key, labels: LabelsOf<Table, Key>, amount?: number): void;
  /** Notes a time in a histogram of seconds. */
  observe<Key extends keyof Table>(key: Key, ms: number, labels: LabelsOf<Table, Key>): void;
  /** Says what an info has for its constants. */
  describe(key: keyof Table, constants: Readonly<Record<string, string>>): void;
  /** Reads a gauge with every scrape; undefined leaves it out of that one. */
  read(sources: Partial<Readonly<Record<keyof Table, () => number | undefined>>>): void;
  /** Text in Prometheus' format 0.0.4. */
  scrape(): Promise<string>;
  readonly contentType: string;
}

/** Only whoever opens an admin port loads this. A gauge that nobody reads, or describes, is left out. */
export function createMetricRegistry<Table extends MetricTable>(table: Table): MetricRegistry<Table> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<keyof Table, Counter>();
  const histograms = new Map<keyof Table, Histogram>();
  for (const [key, metric] of Object.entries(table)) {
    const { name, help, labels, buckets = [] } = metric;
    const common = { name, help, labelNames: Object.keys(labels), registers: [registry] };
    if (metric.type === 'counter') {
      counters.set(key, seeded(new Counter(common), metric));
    } else if (metric.type === 'histogram') {
      histograms.set(key, seededHistogram(new Histogram({ ...common, buckets: [...buckets] }), metric));
    }
  }
  return {
    add: (key, labels, amount = 1) => counters.get(key)?.inc(labels, amount),
    observe: (key, ms, labels) => histograms.get(key)?.observe(labels, ms / 1000),
    describe: (key, constants) => {
      const metric = table[key];
      if (metric?.constants !== undefined) {
        const { name, help } = metric;
        const labelNames = [...metric.constants];
        new Gauge({ name, help, labelNames, registers: [registry] }).set({ ...constants }, 1);
      }
    },
    read: (sources) => {
      for (const [key, source] of Object.entries(sources)) {
        const metric = table[key];
        if (metric !== undefined && source !== undefined) {
          addGauge(registry, metric, source);
        }
      }
    },
    // prom-client 15.1 writes Nan, for the lag of a loop that has not turned: the format has NaN alone.
    scrape: async () => (await registry.metrics()).replace(/ Nan$/gm, ' NaN'),
    contentType: registry.contentType,
  };
}

function seeded(made: Counter, metric: Metric): Counter {
  for (const labels of seedsOf(metric)) {
    made.inc(labels, 0);
  }
  return made;
}

function seededHistogram(made: Histogram, metric: Metric): Histogram {
  for (const labels of seedsOf(metric)) {
    made.zero(labels);
  }
  return made;
}

function addGauge(registry: Registry, { name, help }: Metric, source: () => number | undefined): void {
  const made = new Gauge({
    name,
    help,
    registers: [registry],
    collect: () => {
      const value = source();
      if (value === undefined) {
        made.remove();
      } else {
        made.set(value);
      }
    },
  });
}
