import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratioToFloor, toRows } from '../../scripts/bench/report/document.js';
import { writeTable } from '../../scripts/bench/report/page.js';
import { toMarkdown, toText } from '../../scripts/bench/report/tables.js';

const sample = (subject: string, metric: string, value: number) => ({ subject, metric, unit: 'ms', value });
const samples = [
  sample('bare', 'listening', 50),
  sample('bare', 'first answer', 60),
  sample('ours', 'listening', 100.00049),
  sample('ours', 'only ours', 1),
  sample('bare', 'listening', 70),
];
const rows = toRows('start', samples);

test('there is one row for each metric and subject, with the subjects of a metric side by side', () => {
  assert.deepEqual(rows, [
    { scenario: 'start', subject: 'bare', metric: 'listening', unit: 'ms', median: 60, min: 50, max: 70 },
    { scenario: 'start', subject: 'ours', metric: 'listening', unit: 'ms', median: 100, min: 100, max: 100 },
    { scenario: 'start', subject: 'bare', metric: 'first answer', unit: 'ms', median: 60, min: 60, max: 60 },
    { scenario: 'start', subject: 'ours', metric: 'only ours', unit: 'ms', median: 1, min: 1, max: 1 },
  ]);
});

test('a ratio is that of the medians, and there is none for the floor, or without one', () => {
  const ratios = rows.map((row) => ratioToFloor(row, rows, 'bare')?.toFixed(3));
  assert.deepEqual(ratios, [undefined, '1.667', undefined, undefined]);
  assert.deepEqual(
    rows.map((row) => ratioToFloor(row, rows, undefined)),
    [undefined, undefined, undefined, undefined],
  );
});

test('both tables show median, min, max and the ratio to the floor', () => {
  assert.match(toText(rows, 'bare'), /listening +ours +100 ms +100 +100 +1\.67\n/);
  assert.match(toText(rows, 'bare'), /listening +bare +60\.0 ms +50\.0 +70\.0 +floor\n/);
  const lines = toMarkdown(rows, 'bare').split('\n');
  assert.equal(lines[3], '| listening | ours | 100 ms | 100 | 100 | 1.67 |');
  assert.equal(lines.length, 2 + rows.length);
});

test('the table of a page takes the place of the former one, says how to repeat it, and what was skipped', () => {
  const page = 'before\n<!-- bench start: generated -->\nold\n<!-- bench start: end -->\nafter\n';
  const scenario = { name: 'start', floor: 'bare', rounds: 3, args: '--scenario start' };
  const written = writeTable(page, scenario, rows, ['the Go bridge: no Go']);
  assert.match(written, /^before\n<!-- bench start: generated -->\n\d{4}-\d\d-\d\d, Node\.js v/);
  assert.match(written, /3 rounds: `npm run bench -- --scenario start`/);
  assert.match(written, /\| listening \| ours \|/);
  assert.match(written, /Skipped: the Go bridge: no Go\.\n<!-- bench start: end -->\nafter\n$/);
  assert.doesNotMatch(written, /old/);
});
