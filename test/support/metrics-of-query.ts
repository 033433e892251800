import { metricTables } from '../../scripts/docs/metric-tables.js';
import type { Metric } from '../../src/admin/metric.js';

const ours: ReadonlyMap<string, Metric> = new Map(
  Object.values(metricTables).flatMap((table) =>
    Object.values(table as Readonly<Record<string, Metric>>).map((metric) => [metric.name, metric] as const),
  ),
);
/** Metrics of others that a query may have, with where they come from and their labels. */
const others: Readonly<Record<string, readonly string[]>> = {
  // Of Prometheus' client in each program.
  process_start_time_seconds: [],
  // Of kube-apiserver: https://kubernetes.io/docs/reference/instrumentation/metrics/
  apiserver_admission_webhook_fail_open_count: ['name', 'type'],
};
/** What a scrape puts onto each series. */
const ofScrape = ['namespace', 'pod'];

const selector = /\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\{([^}]*)\}/g;
const matcher = /(\w+)(=~|!=|!~|=)"([^"]*)"/g;

/** The metrics that a query selects from. */
export function metricsOf(query: string): string[] {
  return [...query.matchAll(selector)].map(([, name = '']) => name);
}

/** What a query asks for and no scrape has: metrics, labels, values of labels, and groupings by labels. */
export function faultsOf(query: string): string[] {
  const selected = [...query.matchAll(selector)];
  const bare = query.replace(selector, '').match(/\b(driver_plugin|process|apiserver)_\w+/g) ?? [];
  const grouped = [...query.matchAll(/\b(?:by|on|ignoring) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(', '),
  );
  const known = new Set([...ofScrape, ...selected.flatMap(([, name = '']) => labelsOf(name))]);
  return [
    ...bare.map((name) => `${name} is not bound to a namespace`),
    ...selected.flatMap(([, name = '', matchers = '']) => faultsOfSelector(name, matchers)),
    ...grouped.filter((label) => !known.has(label)).map((label) => `nothing has the label ${label}`),
  ];
}

function metricOf(name: string): Metric | undefined {
  const histogram = ours.get(name.replace(/_(bucket|count|sum)$/, ''));
  return histogram?.type === 'histogram' ? (histogram.name === name ? undefined : histogram) : ours.get(name);
}

function labelsOf(name: string): string[] {
  const metric = metricOf(name);
  const le = name.endsWith('_bucket') ? ['le'] : [];
  return [...Object.keys(metric?.labels ?? {}), ...(metric?.constants ?? []), ...(others[name] ?? []), ...le];
}

function faultsOfSelector(name: string, matchers: string): string[] {
  const metric = metricOf(name);
  if (metric === undefined && others[name] === undefined) {
    return [`there is no metric ${name}`];
  }
  return [...matchers.matchAll(matcher)].flatMap(([, label = '', , values = '']) => {
    if (ofScrape.includes(label)) {
      return [];
    }
    if (!labelsOf(name).includes(label)) {
      return [`${name} has no label ${label}`];
    }
    const possible = metric?.labels[label];
    return values
      .split('|')
      .filter((value) => possible !== undefined && !possible.includes(value))
      .map((value) => `${name} has no ${label} ${value}`);
  });
}
