import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { Setting } from '../../src/common/settings.js';
import { inputFlags } from '../../src/server/program-engine/input-flags.js';
import { serverSettings } from '../../src/server/server-settings.js';

const root = new URL('../../../', import.meta.url);
const docs = readFileSync(new URL('docs/driver-server.md', root), 'utf8');

test('the page on the driver server lists every setting with its default and its meaning, and no other', () => {
  const settings: Setting<unknown>[] = Object.values(serverSettings);
  const rows = settings.map(
    ({ env, fallback, purpose }) => `| \`${env}\` | ${shown(fallback)} | ${purpose} |`,
  );
  const documented = docs.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  assert.deepEqual(documented, rows);
});

function shown(fallback = ''): string {
  if (fallback === tmpdir()) {
    return "the system's";
  }
  return fallback === '' ? '' : `\`${fallback}\``;
}

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
