import assert from 'node:assert/strict';
import { type Metric, type MetricTable, productOf, seedsOf } from '../../src/admin/metric.js';
import type { Family } from './parse-scrape.js';

/** Asserts that a scrape has every metric of a table as the table says, and nothing else under this project's prefix. */
export function assertIsScrapeOf(scrape: ReadonlyMap<string, Family>, table: MetricTable): void {
  const ours = [...scrape.values()].filter(({ name }) => name.startsWith('driver_plugin_'));
  const told = Object.values(table);
  assert.deepEqual(ours.map(({ name }) => name).sort(), told.map(({ name }) => name).sort());
  for (const metric of told) {
    const family = scrape.get(metric.name);
    assert.deepEqual([family?.type, family?.help], [metric.type, metric.help], metric.name);
    assertLabels(family, metric);
  }
}

function assertLabels(family: Family | undefined, metric: Metric): void {
  const names = [...Object.keys(metric.labels), ...(metric.constants ?? [])].sort();
  const possible = new Set(productOf(metric.labels).map(keyOf));
  const seen = new Set<string>();
  for (const { name, labels } of family?.samples ?? []) {
    const { le, ...own } = labels;
    assert.equal(le !== undefined, name.endsWith('_bucket'), name);
    assert.deepEqual(Object.keys(own).sort(), names, name);
    seen.add(keyOf(own));
  }
  if (metric.constants === undefined) {
    assert.deepEqual(
      [...seen].filter((key) => !possible.has(key)),
      [],
      metric.name,
    );
    assert.deepEqual(
      seedsOf(metric)
        .map(keyOf)
        .filter((key) => !seen.has(key)),
      [],
      metric.name,
    );
  }
}

function keyOf(labels: object): string {
  return JSON.stringify(Object.entries(labels).sort());
}
