import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { replyOf } from './support/agent.js';
import { startBridge } from './support/start-bridge.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const readme = read('README.md');

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
