import type { Labels, LabelValues, Metric } from '../../src/admin/metric.js';

type Chosen<Of extends Labels> = {
  readonly [Label in keyof Of]?: Of[Label][number] | readonly Of[Label][number][];
};

/** Stands for the namespace of the release until the chart, or Grafana's variable, puts one in. */
export const namespacePlaceholder = '$namespace';

/**
 * A metric's series in the release's namespace, as PromQL: a selector whose labels and values the compiler knows. The
 * label namespace is Prometheus' own, from the PodMonitor.
 */
export function seriesOf<Of extends Labels>(metric: Metric<Of>, chosen: Chosen<Of> = {}): string {
  return selectorOf(metric.name, chosen as Partial<LabelValues<Labels>>);
}

/** The buckets of a histogram, as a share of whose observations were not above what comes out, in seconds. */
export function quantileOf(
  share: number,
  metric: Metric,
  window: string,
  by: readonly string[] = [],
): string {
  const buckets = selectorOf(`${metric.name}_bucket`, {});
  return `histogram_quantile(${share}, sum by (${['namespace', 'le', ...by].join(', ')}) (rate(${buckets}[${window}])))`;
}

function selectorOf(
  name: string,
  chosen: Readonly<Record<string, string | readonly string[] | undefined>>,
): string {
  const labels = Object.entries(chosen).map(([label, values]) =>
    typeof values === 'string' ? `${label}="${values}"` : `${label}=~"${values?.join('|')}"`,
  );
  return `${name}{${[`namespace="${namespacePlaceholder}"`, ...labels].join(',')}}`;
}
