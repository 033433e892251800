import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { metricsTable, metricTables } from '../../scripts/docs/metric-tables.js';
import { productOf, seedsOf } from '../../src/admin/metric.js';

const docs = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
const all = Object.entries(metricTables).flatMap(([program, table]) =>
  Object.values(table).map((metric) => ({ program, ...metric })),
);

test('docs/metrics.md has the tables that the code makes: npm run generate', () => {
  for (const [program, table] of Object.entries(metricTables)) {
    const [, rest = ''] = docs.split(`<!-- ${program} metrics: generated -->\n`);
    assert.equal(rest.split(`\n<!-- ${program} metrics: end -->`)[0], metricsTable(table));
  }
});

test('every name is the product, the program, what is measured and its base unit, and stands once', () => {
  assert.ok(all.length > 40);
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { program, name, type } of all) {
    assert.match(name, RegExp(`^driver_plugin_${program}_[a-z]+(_[a-z]+)*$`));
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.doesNotMatch(
      name,
      /_(ms|milliseconds|minutes|kib|mib|percent|count|sum|bucket|gauge|counter)(_|$)/,
    );
  }
});

test('every help is one sentence without line ends, and every histogram has growing bounds', () => {
  for (const { name, help, buckets = [], type } of all) {
    assert.match(help, /^\S[^\n\\]*\.$/, name);
    assert.equal(type === 'histogram', buckets.length > 0, name);
    assert.deepEqual(
      [...new Set(buckets)].sort((a, b) => a - b),
      [...buckets],
      name,
    );
  }
});

test('labels are few, their values closed, and none is a name or an id', () => {
  const labels = new Set(all.flatMap((metric) => Object.keys(metric.labels)));
  assert.deepEqual([...labels].sort(), ['kind', 'outcome', 'promise', 'reason', 'status', 'type']);
  for (const metric of all) {
    const possible = new Set(productOf(metric.labels).map((set) => JSON.stringify(set)));
    assert.ok(seedsOf(metric).length <= 200, metric.name);
    assert.deepEqual(
      seedsOf(metric).filter((set) => !possible.has(JSON.stringify(sortedAs(set, metric.labels)))),
      [],
    );
  }
});

function sortedAs(set: Readonly<Record<string, string>>, labels: object): object {
  return Object.fromEntries(Object.keys(labels).map((label) => [label, set[label]]));
}
