import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { recordProperty, voidedProperty } from '../../src/server/ledger/execution-record.js';
import { ledgerOutcomes } from '../../src/server/ledger/ledger-outcome.js';
import { inputFlags } from '../../src/server/program-engine/input-flags.js';
import { serverSettings } from '../../src/server/server-settings.js';

const root = new URL('../../../', import.meta.url);
const docs = readFileSync(new URL('docs/driver-server.md', root), 'utf8');

test('it names every flag that has a default or is needed', () => {
  const named = inputFlags.filter((flag) => flag.fallback !== undefined || flag.neededFor !== undefined);
  assert.deepEqual(
    named.map(({ name }) => name).filter((name) => !docs.includes(`\`${name}\``)),
    [],
  );
});

test('it names every reason that a status can have', () => {
  const source = readFileSync(new URL('src/server/drive-failure.ts', root), 'utf8');
  const reasons = [...source.matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, reason = '']) => reason);
  assert.ok(reasons.length > 10);
  assert.deepEqual(
    reasons.filter((reason) => !docs.includes(`\`${reason}\``)),
    [],
  );
});

test("the pod's grace leaves 10 s beside the server's own", () => {
  const deployment = readFileSync(new URL('manifests/kfp/driver-plugin.yaml', root), 'utf8');
  const [, grace] = /terminationGracePeriodSeconds: (\d+)/.exec(deployment) ?? [];
  assert.equal(Number(grace), Number(serverSettings.shutdownGraceMs.fallback) + 10);
  assert.match(deployment, RegExp(`value: "${serverSettings.shutdownGraceMs.fallback}"`));
});

test('each test that docs/durability.md names is there', () => {
  const page = readFileSync(new URL('docs/durability.md', root), 'utf8');
  const named = [...page.matchAll(/\*\(([^)]+)\)\*/g)].map(([, title = '']) => title);
  assert.ok(named.length > 10);
  const folder = new URL('test/server/', root);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8').replaceAll("\\'", "'"));
  // Some titles are made of the names of a table.
  const made = [/^a task whose driver was killed after it wrote is safe to send again$/];
  assert.deepEqual(
    named.filter(
      (title) => !sources.some((text) => text.includes(title)) && !made.some((is) => is.test(title)),
    ),
    [],
  );
});

test('docs/durability.md names each outcome of the ledger, and each of its properties', () => {
  const page = readFileSync(new URL('docs/durability.md', root), 'utf8');
  for (const name of [...ledgerOutcomes, recordProperty, voidedProperty]) {
    assert.ok(page.includes(`\`${name}\``), name);
  }
});
