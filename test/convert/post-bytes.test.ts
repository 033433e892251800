import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConvertOptions } from '../../src/convert/convert-options.js';
import { stockFolder, stockWorkflows } from '../support/stock-workflows.js';
import { playConverted } from './play-converted.js';

const { skip } = stockFolder;
const head = stockWorkflows('head');

async function medianBytes(options: Partial<ConvertOptions>): Promise<number> {
  const bytes: number[] = [];
  for (const { workflow } of head) {
    bytes.push(...(await playConverted(workflow, options)).posts.map((post) => Buffer.byteLength(post)));
  }
  const sorted = bytes.sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

test('by reference the POST in the middle has less than 1.1 KB, by value more than four', {
  skip,
}, async (t) => {
  const [reference, value] = [
    await medianBytes({ passBy: 'reference' }),
    await medianBytes({ passBy: 'value' }),
  ];
  t.diagnostic(`by reference ${reference} bytes, by value ${value} bytes`);
  assert.ok(reference < 1_100, `${reference}`);
  assert.ok(value > 4_000, `${value}`);
});
