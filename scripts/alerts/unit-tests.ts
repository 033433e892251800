import { stringify } from 'yaml';
import type { Metric } from '../../src/admin/metric.js';
import { seedsOf } from '../../src/admin/metric.js';
import { metricTables } from '../docs/metric-tables.js';
import { namespacePlaceholder } from '../docs/series-of.js';
import type { Alert } from './alert.js';
import { runbookPlaceholder, toRule } from './rule-groups.js';

export const testNamespace = 'kubeflow';
export const testRunbooks = 'https://docs.example/operations.md';

/** Rules with what the chart would put in. */
export function filledIn(rules: string): string {
  return rules.replaceAll(namespacePlaceholder, testNamespace).replaceAll(runbookPlaceholder, testRunbooks);
}

/**
 * Unit tests for promtool: each alert silent within its `for` and firing after it, with all its labels and annotations;
 * none for another namespace's series, and none of all on a healthy server and webhook.
 * https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export function unitTests(alerts: readonly Alert[], ruleFiles: readonly string[]): string {
  return stringify({
    rule_files: ruleFiles,
    evaluation_interval: '1m',
    tests: [
      ...alerts.map(provingTest),
      ...alerts.filter(isOfNamespace).map(elsewhereTest),
      healthyTest(alerts),
    ],
  });
}

function provingTest(alert: Alert): object {
  const { name, proof } = alert;
  return {
    name: `${name} is silent at ${proof.silentAt} and fires at ${proof.firesAt}`,
    interval: '1m',
    input_series: seriesIn(alert, testNamespace),
    alert_rule_test: [
      { eval_time: proof.silentAt, alertname: name, exp_alerts: [] },
      { eval_time: proof.firesAt, alertname: name, exp_alerts: [expected(alert)] },
    ],
  };
}

function isOfNamespace({ proof, expr }: Alert): boolean {
  // absent() fires on the absence of this namespace's series, whatever others there are.
  return proof.isOfCluster === undefined && !expr.startsWith('absent(');
}

function elsewhereTest(alert: Alert): object {
  const { name, proof } = alert;
  return {
    name: `${name} is silent on another namespace's series`,
    interval: '1m',
    input_series: seriesIn(alert, 'elsewhere'),
    alert_rule_test: [{ eval_time: proof.firesAt, alertname: name, exp_alerts: [] }],
  };
}

function seriesIn({ proof }: Alert, namespace: string): object[] {
  return Object.entries(proof.series).map(([series, values]) => ({
    series: proof.isOfCluster ? series : series.replace('{', `{namespace="${namespace}",`),
    values,
  }));
}

function expected(alert: Alert): object {
  const { labels, annotations } = toRule(alert);
  const { proof } = alert;
  const own = { ...(proof.isOfCluster ? {} : { namespace: testNamespace }), ...proof.labels };
  const description = alert.description.replace(
    /\{\{ \$labels\.(\w+) \}\}/g,
    (_all, label: string) => (own as Readonly<Record<string, string>>)[label] ?? '',
  );
  return {
    exp_labels: { ...labels, ...own },
    exp_annotations: { ...JSON.parse(filledIn(JSON.stringify(annotations))), description },
  };
}

/** Two hours of a server and a webhook that do their work: no alert of all fires. */
function healthyTest(alerts: readonly Alert[]): object {
  const metrics: readonly Metric[] = [
    ...Object.values(metricTables.server),
    ...Object.values(metricTables.webhook),
  ];
  return {
    name: 'no alert fires while all is well',
    interval: '1m',
    input_series: [
      { series: `process_start_time_seconds{namespace="${testNamespace}",pod="a"}`, values: '1x120' },
      ...metrics.flatMap(healthySeries),
    ],
    alert_rule_test: alerts.map(({ name }) => ({ eval_time: '110m', alertname: name, exp_alerts: [] })),
  };
}

/** What is not 0, or does not stand still, while all is well. */
const healthy: Readonly<Record<string, string>> = {
  driver_plugin_server_build_info: '1x120',
  driver_plugin_webhook_build_info: '1x120',
  driver_plugin_server_lease_held: '1x120',
  driver_plugin_server_lease_transitions: '3x120',
  driver_plugin_server_ml_metadata_up: '1x120',
  driver_plugin_server_programs_limit: '2x120',
  driver_plugin_server_queue_calls: '100x120',
  driver_plugin_server_queue_calls_limit: '256x120',
  driver_plugin_server_queue_bytes_limit: '33554432x120',
  driver_plugin_server_certificate_not_after_timestamp_seconds: '100000x120',
  driver_plugin_webhook_certificate_not_after_timestamp_seconds: '100000x120',
};
/** Labels that a healthy day counts, and the reasons that are nobody's fault here. */
const usual = new Set([
  'none',
  'DRIVER_VERDICT',
  'WORKFLOW_NOT_FOUND',
  'nothing-to-do',
  'kept',
  'written',
  'replayed',
]);
const failing = new Set(['CANCELLED', 'UNAUTHENTICATED', 'PERMISSION_DENIED', 'UNAVAILABLE', 'INTERNAL']);

function healthySeries(metric: Metric): { series: string; values: string }[] {
  const { name, type } = metric;
  if (type === 'histogram') {
    const buckets = ['0.1', '1', '+Inf'].map((le) => ({ name: `${name}_bucket`, labels: { le } }));
    return buckets.map((one) => ({ series: seriesText(one.name, one.labels), values: '0+12x120' }));
  }
  const sets = Object.keys(metric.labels).length === 0 ? [{}] : seedsOf(metric);
  return sets.map((labels) => ({
    series: seriesText(name, labels),
    values: type === 'gauge' ? (healthy[name] ?? '0x120') : isUsual(labels) ? '0+5x120' : '0x120',
  }));
}

function isUsual(labels: Readonly<Record<string, string>>): boolean {
  const { reason = 'none', outcome, promise, kind } = labels;
  const others = [outcome, promise].filter(
    (value) => value !== undefined && value !== 'converted' && value !== 'skipped',
  );
  return (
    usual.has(reason) &&
    others.every((value) => usual.has(value ?? '')) &&
    kind !== 'distrust' &&
    !failing.has(labels['status'] ?? '')
  );
}

function seriesText(name: string, labels: Readonly<Record<string, string>>): string {
  const all = Object.entries({ namespace: testNamespace, pod: 'a', ...labels });
  return `${name}{${all.map(([label, value]) => `${label}="${value}"`).join(',')}}`;
}
