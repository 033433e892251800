import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { postUntilFinal, replyOf } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { containerArguments, templateBody } from '../support/templates.js';

const task = (name: string) => templateBody({ ...containerArguments, task_name: name });

describe('limits that protect Argo', () => {
  it('spreads large answers over the agent’s patches, in the order of asking', async (t) => {
    const { driver, sidecar } = await startBridge(
      t,
      () => ({ execution_id: '7', pod_spec_patch: 'x'.repeat(1_500) }),
      { MAX_OUTPUT_BYTES: '4000', AGENT_PATCH_RATE_SECONDS: '0.4' },
    );
    const finals: { readonly name: string; readonly bytes: number }[] = [];
    const beganMs = performance.now();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const ends: Promise<void>[] = [];
    for (const name of names) {
      // One after the other, so that the order of asking is the names'.
      const first = await sidecar.post(task(name));
      const end = replyOf(first).requeue === undefined ? first : undefined;
      ends.push(
        (async () => {
          const { text } = end ?? (await postUntilFinal(() => sidecar.post(task(name))));
          finals.push({ name, bytes: Buffer.byteLength(text) });
        })(),
      );
    }
    await Promise.all(ends);
    assert.equal(driver.requests.length, names.length);
    assert.ok(finals.every(({ bytes }) => 2 * bytes <= 4_000 && 3 * bytes > 4_000));
    // A place is kept for the head of the queue, so nobody is late by more than the one beside it in each patch and by
    // the way of a reply.
    const late = finals.map(({ name }, index) => index - names.indexOf(name));
    assert.ok(Math.max(...late) <= 2, finals.map(({ name }) => name).join());
    // Two fit into a patch, so seven take four, of which three are waited for.
    assert.ok(performance.now() - beganMs >= 3 * 400);
  });

  it('tells an answer that has to wait for a patch by a silent requeue', async (t) => {
    const { sidecar } = await startBridge(
      t,
      () => ({ execution_id: '7', pod_spec_patch: 'x'.repeat(1_500) }),
      {
        MAX_OUTPUT_BYTES: '2000',
      },
    );
    await sidecar.post(task('a'));
    const { node, requeue } = replyOf(await sidecar.post(task('b')));
    assert.deepEqual(node, {});
    assert.match(requeue ?? '', /^(9\d{3}|10\d{3})ms$/);
  });

  it('ends one answer above the budget in Error with both sizes, and does not drive it again', async (t) => {
    const { driver, sidecar } = await startBridge(
      t,
      () => ({ execution_id: '7', pod_spec_patch: 'x'.repeat(5_000) }),
      {
        MAX_OUTPUT_BYTES: '4096',
      },
    );
    const { reply } = await postUntilFinal(() => sidecar.post(task('a')));
    assert.equal(reply.node.phase, 'Error');
    assert.match(reply.node.message ?? '', /outputs have 5\d{3} bytes, and one answer may have 4096/);
    await sidecar.post(task('a'));
    assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 1);
  });

  for (const [name, extra, sentence] of [
    ['a space in an output name', { 'my output': 'x' }, /output named "my output": Kubernetes takes/],
    ['an empty output name', { '': 'x' }, /output named ""/],
    ['U+0001 in an output', { note: 'a\u0001b' }, /output "note" has a control character/],
    ['NUL in an output', { note: '\u0000' }, /output "note" has a control character/],
    ['DEL in an output', { note: '\u007f' }, /output "note" has a control character/],
  ] as const) {
    it(`refuses ${name} with a sentence that has no value`, async (t) => {
      const { sidecar } = await startBridge(t, () => ({ execution_id: '7', extra_outputs: { ...extra } }));
      const { reply } = await postUntilFinal(() => sidecar.post(task('a')));
      assert.equal(reply.node.phase, 'Error');
      assert.match(reply.node.message ?? '', sentence);
      assert.equal(reply.node.outputs, undefined);
    });
  }

  it('passes on what Argo can quote: newline, tab, quotes, backslash, C1, emoji', async (t) => {
    const value = 'a\n\t\r\b\f"\\\u0085\u{1F600}';
    const { sidecar } = await startBridge(t, () => ({ execution_id: '7', extra_outputs: { note: value } }));
    const { reply } = await postUntilFinal(() => sidecar.post(task('a')));
    assert.equal(reply.node.outputs?.parameters.find(({ name }) => name === 'note')?.value, value);
  });
});
