import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { failReasons, skipReasons } from '../../src/webhook/verdict.js';

const docs = readFileSync(new URL('../../../docs/webhook.md', import.meta.url), 'utf8');

test('docs/webhook.md explains every reason that the log may have, and no other', () => {
  const [, table = ''] = docs.split('| Reason in the log |');
  const rows = table.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  const explained = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([\w-]+)`/g)].map(([, one]) => one),
  );
  assert.deepEqual([...explained].sort(), [...skipReasons, ...failReasons].sort());
});
