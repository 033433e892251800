import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/common/json.js';
import { stockFolder, stockWorkflow } from '../support/stock-workflows.js';
import { playConverted } from './play-converted.js';

const { skip } = stockFolder;

/** What etcd takes in one request; Argo keeps all pending tasks of a workflow in one object. */
const taskSetLimitBytes = 1.5 * 1024 * 1024;

/** A stock pipeline whose loops have this many items. */
function withItems(file: string, count: number): JsonObject {
  const items = JSON.stringify(JSON.stringify(Array.from({ length: count }, (_, index) => String(index))));
  const inText = JSON.stringify(items).slice(1, -1);
  const text = JSON.stringify(stockWorkflow(file));
  const changed = text.replaceAll(
    /(\\"items\\":\{\\"raw\\":)\\"(?:[^"\\]|\\\\\\.|\\\\)*?\\"(?=\})/g,
    `$1${inText.replaceAll('$', '$$$$')}`,
  );
  assert.notEqual(changed, text);
  return JSON.parse(changed);
}

async function pendingBytesOf(workflow: JsonObject, passBy: 'reference' | 'value'): Promise<number> {
  const { posts, pendingBytes } = await playConverted(workflow, { passBy });
  assert.ok(posts.length > 1_000, `${posts.length} POSTs`);
  return pendingBytes;
}

test('1,000 iterations fit into the task set by reference, and by value they do not', { skip }, async (t) => {
  const workflow = withItems('head/parallel_for_after_dependency.yaml', 1_000);
  const reference = await pendingBytesOf(workflow, 'reference');
  const value = await pendingBytesOf(workflow, 'value');
  t.diagnostic(`at most ${reference} bytes by reference, ${value} by value`);
  assert.ok(reference < taskSetLimitBytes, `${reference}`);
  assert.ok(value > taskSetLimitBytes, `${value}`);
});
