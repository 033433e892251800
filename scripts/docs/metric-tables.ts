import type { Metric, MetricTable } from '../../src/admin/metric.js';
import { serverMetrics } from '../../src/server/metrics/server-metrics.js';
import { sidecarMetrics } from '../../src/sidecar/sidecar-metrics.js';
import { webhookMetrics } from '../../src/webhook/webhook-metrics.js';

/** Every metric of every program: docs/metrics.md, dashboards and alerts know no other. */
export const metricTables = {
  server: serverMetrics,
  webhook: webhookMetrics,
  sidecar: sidecarMetrics,
} as const satisfies Readonly<Record<string, MetricTable>>;

/** A table as Markdown. */
export function metricsTable(table: MetricTable): string {
  return [
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...Object.values(table).map(
      (metric) => `| \`${metric.name}\` | ${metric.type} | ${labelsOf(metric)} | ${meaningOf(metric)} |`,
    ),
  ].join('\n');
}

function labelsOf({ labels, constants = [] }: Metric): string {
  const closed = Object.entries(labels).map(
    ([label, values]) => `\`${label}\`: ${values.map((value) => value).join(', ')}`,
  );
  return [...closed, ...constants.map((label) => `\`${label}\``)].join('; ');
}

function meaningOf({ help, when }: Metric): string {
  return when === undefined ? help : `${help} Only ${when}.`;
}
