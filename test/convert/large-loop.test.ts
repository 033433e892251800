import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TaskSet } from '../../src/bridge/task-set.js';
import { answerOf, parameterTexts } from '../../src/cli/convert/estimated-answer.js';
import type { JsonObject } from '../../src/common/json.js';
import { goJsonBytes, taskSetLimitBytes, taskSetUsableBytes } from '../../src/common/task-set-size.js';
import { createFakeClock } from '../support/fake-clock.js';
import { stockFolder, stockWorkflow } from '../support/stock-workflows.js';
import { playConverted } from './play-converted.js';

const { skip } = stockFolder;

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

const intervalMs = 10_000;
/** As KFP's driver writes one for a container with some inputs. */
const podSpecPatch = JSON.stringify({ containers: [{ name: 'main', command: ['x'.repeat(3_000)] }] });

/** The POSTs of the templates that a loop of 1,000 has pending at one moment: each kind of driver is one wave. */
function wavesOf(posts: readonly string[]): readonly (readonly string[])[] {
  const waves = new Map<string, string[]>();
  for (const post of posts) {
    const { name } = JSON.parse(post).template;
    waves.set(name, [...(waves.get(name) ?? []), post]);
  }
  return [...waves.values()].filter((wave) => wave.length >= 1_000);
}

/** Bytes of a task's answer, with a patch where it has one. */
function answerBytesOf(post: string): number {
  const reply = JSON.parse(answerOf(post, 'driver-plugin', parameterTexts({})));
  for (const parameter of reply.node.outputs.parameters) {
    parameter.value = parameter.name === 'pod-spec-patch' ? podSpecPatch : parameter.value;
  }
  return goJsonBytes(JSON.stringify(reply));
}

/** Lets a wave through the sidecar's model of the task set, all of whose drivers have answered. */
async function letThrough(wave: readonly string[]) {
  const clock = createFakeClock();
  const warnings: unknown[] = [];
  const taskSet = new TaskSet({
    intervalMs,
    takeUpMs: 60_000,
    maxPatchBytes: 512 * 1024,
    nowMs: clock.nowMs,
    onNearlyFull: (facts) => warnings.push(facts),
  });
  const waiting = new Map(
    wave.map((post, at) => [`${at}`, { bytes: Buffer.byteLength(post), answerBytes: answerBytesOf(post) }]),
  );
  const answersBytes = [...waiting.values()].reduce((sum, { answerBytes }) => sum + answerBytes, 0);
  const notePending = () => {
    for (const [task, { bytes }] of waiting) {
      taskSet.notePending(task, bytes);
    }
  };
  notePending();
  const templatesBytes = taskSet.usedBytes();
  let largestBytes = templatesBytes;
  while (waiting.size > 0 && largestBytes <= taskSetLimitBytes) {
    await clock.advance(2_500);
    notePending();
    for (const [task, { bytes, answerBytes }] of waiting) {
      if (taskSet.admit(task, 1, { templateBytes: bytes, answerBytes }).kind === 'admitted') {
        waiting.delete(task);
      }
      largestBytes = Math.max(largestBytes, taskSet.usedBytes());
    }
  }
  return { templatesBytes, answersBytes, largestBytes, left: waiting.size, ms: clock.nowMs() };
}

test("1,000 iterations by reference leave room for their answers in the sidecar's model, by value they do not", {
  skip,
}, async (t) => {
  const workflow = withItems('head/parallel_for_after_dependency.yaml', 1_000);
  const reference = wavesOf((await playConverted(workflow, { passBy: 'reference' })).posts);
  assert.equal(reference.length, 2);
  for (const wave of reference) {
    const through = await letThrough(wave);
    t.diagnostic(JSON.stringify(through));
    assert.equal(through.left, 0);
    assert.ok(through.largestBytes <= taskSetUsableBytes, `${through.largestBytes}`);
    assert.ok(through.ms <= 60 * intervalMs, `${through.ms} ms`);
  }
  for (const wave of wavesOf((await playConverted(workflow, { passBy: 'value' })).posts)) {
    const { templatesBytes } = await letThrough(wave);
    assert.ok(templatesBytes > taskSetLimitBytes, `${templatesBytes}`);
  }
});
