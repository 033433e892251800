import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dashboards } from '../../scripts/dashboards/all-dashboards.js';
import type { Panel } from '../../scripts/dashboards/dashboard.js';
import { grafanaDashboard } from '../../scripts/dashboards/grafana-dashboard.js';
import { metricTables } from '../../scripts/docs/metric-tables.js';
import { faultsOf, metricsOf } from '../support/metrics-of-query.js';

const panels: readonly Panel[] = dashboards.flatMap(({ rows }) => rows.flatMap((row) => row.panels));
const queries = panels.flatMap((panel) => Object.entries(panel.queries));

test('every metric, label and value in a query is one that a scrape has', () => {
  assert.ok(queries.length > 30);
  assert.deepEqual(
    queries.flatMap(([, query]) => faultsOf(query)),
    [],
  );
});

test('every legend names labels that its query leaves', () => {
  for (const [legend, query] of queries) {
    const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    const kept = query.startsWith('sum')
      ? (/^sum by \(([^)]*)\)/.exec(query)?.[1] ?? '').split(', ')
      : ['pod'];
    assert.deepEqual(
      named.filter((label) => !kept.includes(label)),
      [],
      `${legend}: ${query}`,
    );
  }
});

test('each metric of the server and the webhook is on a dashboard, but for what a panel shows already', () => {
  const shown = new Set(
    queries.flatMap(([, query]) => metricsOf(query)).map((name) => name.replace(/_bucket$/, '')),
  );
  const elsewhere = [
    'driver_plugin_server_open_calls',
    'driver_plugin_server_certificate_not_before_timestamp_seconds',
    'driver_plugin_server_lease_transitions',
    'driver_plugin_server_lease_losses',
    'driver_plugin_server_lease_fault',
    'driver_plugin_webhook_certificate_not_before_timestamp_seconds',
  ];
  const all = [...Object.values(metricTables.server), ...Object.values(metricTables.webhook)].map(
    ({ name }) => name,
  );
  assert.deepEqual(
    all.filter((name) => !shown.has(name)),
    elsewhere,
  );
});

test('a dashboard fills its rows, overlaps nowhere, and has ids of its own and one uid for ever', () => {
  for (const dashboard of dashboards) {
    const made = JSON.parse(JSON.stringify(grafanaDashboard(dashboard)));
    assert.equal(made.uid, dashboard.name);
    const cells = new Set<string>();
    for (const { gridPos, id, type, datasource } of made.panels) {
      assert.ok(gridPos.x + gridPos.w <= 24 && Number.isInteger(gridPos.w), `${id}`);
      assert.ok(type === 'row' || datasource.uid === '$datasource');
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!cells.has(`${x},${y}`));
          cells.add(`${x},${y}`);
        }
      }
    }
    assert.equal(new Set(made.panels.map(({ id }: { id: number }) => id)).size, made.panels.length);
  }
});
