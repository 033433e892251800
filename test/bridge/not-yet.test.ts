import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusError } from '../../src/contract/status-error.js';
import { delay, gate, postUntilFinal, replyOf, until } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const task = (name: string) => templateBody({ ...containerArguments, task_name: name });
const answered = { execution_id: '7', pod_spec_patch: '{}' };
const requeueMsOf = (requeue: string | undefined) => Number(/^(\d+)ms$/.exec(requeue ?? '')?.[1]);

describe('"not yet"', () => {
  it('is silent, with a requeue, while all is well and young', async (t) => {
    const { opened, open } = gate();
    const { sidecar } = await startBridge(t, () => opened.then(() => answered), {
      ANSWER_WINDOW_SECONDS: '0.1',
    });
    const { text } = await sidecar.post(task('a'));
    assert.equal(text, '{"node":{},"requeue":"1000ms"}');
    open();
  });

  it('is Pending with how long it has been, once the wait is long', async (t) => {
    const { opened, open } = gate();
    const { driver, sidecar } = await startBridge(t, () => opened.then(() => answered), {
      ANSWER_WINDOW_SECONDS: '0',
      WAIT_MESSAGE_AFTER_SECONDS: '0.05',
    });
    await sidecar.post(task('a'));
    await until(() => driver.requests.length === 1);
    await delay(60);
    const { node, requeue } = replyOf(await sidecar.post(task('a')));
    assert.equal(node.phase, 'Pending');
    assert.match(node.message ?? '', /^the driver has been at work for \d s$/);
    assert.ok(requeueMsOf(requeue) >= 1_000 && requeueMsOf(requeue) <= 10_000);
    open();
  });

  it('says at once that a server cannot be reached, where, for how long and how often', async (t) => {
    const sidecar = await startTestSidecar({ DRIVER_HOST: '127.0.0.1', DRIVER_PORT: '1' });
    t.after(sidecar.close);
    const { node } = replyOf(await sidecar.post(task('a')));
    assert.equal(node.phase, 'Pending');
    assert.match(
      node.message ?? '',
      /^UNAVAILABLE: no connection to 127\.0\.0\.1:1 for 0 s, 1 try: connect ECONNREFUSED 127\.0\.0\.1:1$/,
    );
  });

  it('holds at most half of the agent’s workers, and answers the rest at once', async (t) => {
    const { opened, open } = gate();
    const { driver, sidecar } = await startBridge(t, () => opened.then(() => answered), {
      AGENT_WORKERS: '4',
    });
    const replies: string[] = [];
    const posts = ['a', 'b', 'c', 'd', 'e', 'f'].map(async (name) => {
      replies.push((await sidecar.post(task(name))).text);
    });
    await until(() => driver.requests.length === 6 && replies.length === 4);
    await delay(50);
    assert.equal(replies.length, 4);
    assert.ok(
      replies.every((text) => text === '{"node":{},"requeue":"1000ms"}'),
      replies.join(),
    );
    open();
    await Promise.all(posts);
    assert.equal(replies.filter((text) => text.includes('"Succeeded"')).length, 2);
  });

  it('asks to come back when the driver should be done, by what it took lately', async (t) => {
    const { opened, open } = gate();
    let calls = 0;
    const { driver, sidecar } = await startBridge(
      t,
      async () => {
        calls += 1;
        await (calls === 1 ? delay(3_000) : opened);
        return answered;
      },
      { ANSWER_WINDOW_SECONDS: '20' },
    );
    await sidecar.post(task('a'));
    const held = Array.from({ length: 8 }, (_, index) => sidecar.post(task(`held-${index}`)));
    await until(() => driver.requests.length === 9);
    const ninth = replyOf(await sidecar.post(task('ninth')));
    assert.ok(requeueMsOf(ninth.requeue) > 2_000 && requeueMsOf(ninth.requeue) < 10_000, ninth.requeue);
    open();
    await Promise.all(held);
  });

  it('lets a call wait for its turn, loses none, and does not count the wait', async (t) => {
    let atOnce = 0;
    let most = 0;
    const { driver, sidecar } = await startBridge(
      t,
      async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await delay(1_200);
        atOnce -= 1;
        return answered;
      },
      // Less than all of them take together, and much more than one takes by itself on a busy machine.
      { MAX_CONCURRENT_CALLS: '2', STEP_TIMEOUT_SECONDS: '5', ANSWER_WINDOW_SECONDS: '0.05' },
    );
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    const ends = await Promise.all(names.map((name) => postUntilFinal(() => sidecar.post(task(name)))));
    assert.deepEqual(
      ends.map(({ reply }) => reply.node.phase),
      names.map(() => 'Succeeded'),
    );
    assert.equal(driver.requests.length, names.length);
    assert.equal(most, 2);
  });

  it('ends in a final reply that has a message and no requeue', async (t) => {
    const { sidecar } = await startBridge(t, () => {
      throw new StatusError('INVALID_ARGUMENT', '');
    });
    const { reply } = await postUntilFinal(() => sidecar.post(task('a')));
    assert.deepEqual(reply, {
      node: { phase: 'Failed', message: 'INVALID_ARGUMENT: the driver refused the arguments' },
    });
  });
});
