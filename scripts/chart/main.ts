// Writes what values.yaml of the chart determines: the table in its README.md, and values.schema.json; and what the
// tables of alerts and panels determine: rules/ and dashboards/. CI runs it and fails on a diff.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chartFiles } from './chart-files.js';
import { readValues } from './read-values.js';
import { replaceBetween } from './replace-between.js';
import { valuesSchema } from './values-schema.js';
import { valuesTable } from './values-table.js';

const chart = new URL('../../../charts/driver-plugin/', import.meta.url);
const readme = new URL('README.md', chart);
const entries = readValues(readFileSync(new URL('values.yaml', chart), 'utf8'));

writeFileSync(
  new URL('values.schema.json', chart),
  `${JSON.stringify(valuesSchema('Values of the chart driver-plugin', entries), undefined, 2)}\n`,
);
writeFileSync(readme, replaceBetween(readFileSync(readme, 'utf8'), 'values', valuesTable(entries)));
for (const [file, text] of Object.entries(chartFiles())) {
  mkdirSync(new URL('./', new URL(file, chart)), { recursive: true });
  writeFileSync(new URL(file, chart), text);
}
