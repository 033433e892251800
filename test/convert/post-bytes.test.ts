import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, parameterTexts } from '../../src/cli/convert/estimated-answer.js';
import type { JsonObject } from '../../src/common/json.js';
import type { ConvertOptions } from '../../src/convert/convert-options.js';
import { instantClock } from '../../src/play/clock.js';
import { readWorkflow } from '../../src/play/prepare/read-workflow.js';
import { walkWorkflow } from '../../src/play/walk/walk-workflow.js';
import { stockFolder, stockWorkflows } from '../support/stock-workflows.js';
import { convert } from './small-kfp-workflow.js';

const { skip } = stockFolder;
const head = stockWorkflows('head');

/** The bodies that Argo's agent would POST for a workflow whose tasks all run. */
async function postsOf(workflow: JsonObject, options: Partial<ConvertOptions>): Promise<readonly string[]> {
  const converted = convert(workflow, options).workflow;
  const posts: string[] = [];
  const read = readWorkflow(JSON.stringify(converted), ({ generateName }) => ({
    name: `${generateName}abcde`,
    namespace: 'kubeflow',
    uid: '8a0ea3e9-0e3b-4b5f-a41b-3a3e94a0f1ce',
    creationTimestamp: '2026-01-01T00:00:00Z',
  }));
  const walk = await walkWorkflow(read, {
    clock: instantClock(),
    post: async (body) => {
      posts.push(body);
      const text = answerOf(body, 'driver-plugin', parameterTexts(converted));
      return { httpStatus: 200, httpStatusText: 'OK', text };
    },
  });
  assert.equal(walk.phase, 'Succeeded', walk.message);
  return posts;
}

async function medianBytes(options: Partial<ConvertOptions>): Promise<number> {
  const bytes: number[] = [];
  for (const { workflow } of head) {
    bytes.push(...(await postsOf(workflow, options)).map((post) => Buffer.byteLength(post)));
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
