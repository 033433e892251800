import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { scenarios } from '../../scripts/bench/scenarios.js';
import { waitForEnd } from '../support/start-program.js';

const main = fileURLToPath(new URL('../../scripts/bench/main.js', import.meta.url));
const bench = (...args: readonly string[]) => waitForEnd(spawn(process.execPath, [main, ...args]));

test('--json prints one document with the version of Node.js and a row for each figure, and nothing else', async () => {
  const { exitCode, stdout } = await bench('--scenario', 'convert', '--quick', '--rounds', '1', '--json');
  assert.equal(exitCode, 0);
  const { node, rows, ...rest } = JSON.parse(stdout);
  assert.deepEqual([node, rest], [process.version, {}]);
  assert.ok(rows.length >= 2);
  for (const { median, min, max, ...texts } of rows) {
    assert.deepEqual(Object.keys(texts), ['scenario', 'subject', 'metric', 'unit']);
    assert.ok(Object.values(texts).every((text) => typeof text === 'string'));
    assert.ok(min > 0 && min <= median && median <= max, JSON.stringify({ min, median, max }));
  }
  const subjects = rows.slice(0, 2).map(({ subject }: { subject: string }) => subject);
  assert.deepEqual(subjects, ['YAML read and written', 'convert']);
});

test('a scenario that nobody knows is refused with the names of all, before anything runs', async () => {
  const { exitCode, stdout, stderr } = await bench('--scenario', 'start,stop');
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /--scenario must be all, or names out of start, start-quota, .*, not "start,stop"/);
});

test('docs/performance.md has a place for the table of each scenario', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/performance.md', import.meta.url)), 'utf8');
  const places = [...page.matchAll(/<!-- bench ([\w-]+): generated -->[\s\S]*?<!-- bench \1: end -->/g)];
  assert.deepEqual(
    places.map(([, name]) => name),
    scenarios.map(({ name }) => name),
  );
});
