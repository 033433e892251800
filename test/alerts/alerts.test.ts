import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Alert } from '../../scripts/alerts/alert.js';
import { allAlerts } from '../../scripts/alerts/all-alerts.js';
import { alertRunbooks, alertTable } from '../../scripts/alerts/describe-alerts.js';
import type { Rule } from '../../scripts/alerts/rule-groups.js';
import { chartFiles } from '../../scripts/chart/chart-files.js';
import { faultsOf, metricsOf } from '../support/metrics-of-query.js';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const alerts: readonly Alert[] = Object.values(allAlerts).flat();

test('every metric, label and value in an alert is one that a scrape has', () => {
  assert.ok(alerts.length > 20);
  for (const { name, expr } of alerts) {
    assert.ok(metricsOf(expr).length > 0, name);
    assert.deepEqual(faultsOf(expr), [], name);
  }
});

test('an expression with a metric, a label or a value that nothing has is found out', () => {
  const metric = 'driver_plugin_server_calls_total';
  const faults = {
    'driver_plugin_server_cals_total{namespace="a"} > 0': [
      'there is no metric driver_plugin_server_cals_total',
    ],
    'driver_plugin_server_call_seconds{namespace="a"} > 0': [
      'there is no metric driver_plugin_server_call_seconds',
    ],
    [`${metric}{outcome="a"}`]: [`${metric} has no label outcome`],
    [`${metric}{reason=~"QUEUE_FULL|FULL"}`]: [`${metric} has no reason FULL`],
    [`sum by (outcome) (${metric}{type="DAG"})`]: ['nothing has the label outcome'],
    [`${metric} > 0`]: [`${metric} is not bound to a namespace`],
  };
  assert.deepEqual(Object.fromEntries(Object.keys(faults).map((query) => [query, faultsOf(query)])), faults);
});

test("each rule of the release's namespace selects from that namespace alone", () => {
  for (const { name, expr, proof } of alerts) {
    const selectors = metricsOf(expr).length;
    const bound = expr.split('{namespace="$namespace"').length - 1;
    assert.equal(bound, proof.isOfCluster ? 0 : selectors, name);
  }
});

test('the chart has the rules and dashboards that the code makes: npm run generate', () => {
  for (const [file, text] of Object.entries(chartFiles())) {
    assert.equal(read(`charts/driver-plugin/${file}`), text, file);
  }
});

test('each rule has its name, time and severity, and a runbook that docs/operations.md has', () => {
  const page = read('docs/operations.md');
  const rules = Object.keys(allAlerts).flatMap((group) => {
    const [{ rules: own }] = parse(read(`charts/driver-plugin/rules/${group}.yaml`)) as [{ rules: Rule[] }];
    return own;
  });
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, alerts.length);
  for (const [index, { name, for: held, severity, actions }] of alerts.entries()) {
    const { alert, for: time, labels, annotations } = rules[index] ?? assert.fail(name);
    assert.deepEqual([alert, time, labels['severity']], [name, held, severity]);
    assert.equal(annotations['runbook_url'], `$runbooks#${name.toLowerCase()}`);
    assert.ok(page.includes(`\n### ${name}\n`), name);
    assert.ok(actions.length > 0, name);
  }
});

test('docs/operations.md has the table and the runbooks that the code makes: npm run generate', () => {
  const page = read('docs/operations.md');
  for (const [group, own] of Object.entries(allAlerts)) {
    assert.ok(page.includes(alertTable(own)), group);
  }
  assert.ok(page.includes(alertRunbooks(alerts)));
});

test('each alert is proven silent before it fires, and within its time where it has one', () => {
  for (const { name, for: held, proof } of alerts) {
    const silent = Number.parseInt(proof.silentAt, 10);
    const fires = Number.parseInt(proof.firesAt, 10);
    assert.ok(silent < fires && Object.keys(proof.series).length > 0, name);
    assert.ok(fires - silent >= 1 && fires >= Number.parseInt(held, 10), name);
  }
});

test('what the server, its neighbours and the webhook may suffer has an alert each', () => {
  const watched = new Set(alerts.flatMap(({ expr }) => metricsOf(expr)));
  const must = [
    'server_draining',
    'server_build_info',
    'server_ml_metadata_up',
    'server_program_runs_total',
    'server_calls_total',
    'server_certificate_not_after_timestamp_seconds',
    'server_queue_calls_limit',
    'server_ledger_evictions_total',
    'server_ledger_outcomes_total',
    'server_lease_held',
    'server_lease_transitions',
    'server_kubernetes_reads_total',
    'webhook_requests_total',
    'webhook_request_seconds_bucket',
    'webhook_certificate_not_after_timestamp_seconds',
  ];
  assert.deepEqual(
    must.filter((name) => !watched.has(`driver_plugin_${name}`)),
    [],
  );
});
