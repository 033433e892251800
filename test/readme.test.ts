import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { outcomes } from '../src/bridge/status-to-outcome.js';
import { sidecarSettings } from '../src/sidecar/sidecar-settings.js';
import { replyOf } from './support/agent.js';
import { startBridge } from './support/start-bridge.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const readme = read('README.md');
const rows = readme.split('\n').filter((line) => line.startsWith('| '));

test('the README has a row for each setting, with its default, and no other', () => {
  const expected = Object.values(sidecarSettings).map(({ env, purpose, read: { form }, ...rest }) => {
    const fallback = 'fallback' in rest ? rest.fallback : undefined;
    const shown = fallback === undefined ? 'required' : fallback === '' ? '' : `\`${fallback}\``;
    return `| \`${env}\` | ${shown} | ${purpose}: ${form} |`;
  });
  assert.deepEqual(
    rows.filter((row) => /^\| `[A-Z_]+` \|/.test(row)),
    expected,
  );
});

test('the README has a row for each gRPC status with its outcome', () => {
  for (const [status, { phase, retry, meaning }] of Object.entries(outcomes)) {
    const row = rows.find((line) => line.startsWith(`| ${status} | `));
    assert.ok(row?.startsWith(`| ${status} | ${phase} | ${retry === 'never' ? 'no' : 'yes'}`), status);
    assert.ok(row?.endsWith(` | ${meaning} |`), status);
  }
});

test("the README's curl line gets the answer that stands below it", async (t) => {
  const { sidecar } = await startBridge(t, () => ({ execution_id: '1', iteration_count: 0 }));
  const { text } = await sidecar.post(read('examples/template.json'));
  assert.ok(readme.includes(text), text);
  assert.equal(replyOf({ text, httpStatus: 200, headers: new Headers() }).node.phase, 'Succeeded');
});

test('every script that the README names is in package.json', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const named = [...readme.matchAll(/npm (?:run )?(?:--silent )?([a-z-]+)/g)].map(([, name]) => name ?? '');
  const missing = named.filter((name) => name !== 'ci' && scripts[name] === undefined);
  assert.deepEqual(missing, []);
});
