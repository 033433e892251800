import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusError } from '../../src/contract/status-error.js';
import { delay, gate, postUntilFinal, replyOf, until } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const task = (name: string) => templateBody({ ...containerArguments, task_name: name });
const answered = { execution_id: '7', pod_spec_patch: '{}' };
const names = (count: number) => Array.from({ length: count }, (_, index) => `task-${index}`);
const stayAway = '{"node":{},"requeue":"35000ms"}';

describe('after SIGTERM', () => {
  it('no call begins: not those that wait for MAX_CONCURRENT_CALLS, nor those that back off', async (t) => {
    const { opened, open } = gate();
    const drive = ({ task_name: name }: { task_name?: string }) =>
      name === 'away'
        ? Promise.reject(new StatusError('UNAVAILABLE', 'not now', { details: { retryDelayMs: 3_000 } }))
        : opened.then(() => answered);
    const { driver, sidecar } = await startBridge(t, drive, {
      MAX_CONCURRENT_CALLS: '3',
      ANSWER_WINDOW_SECONDS: '0',
    });
    await sidecar.post(task('away'));
    await until(() => driver.requests.length === 1);
    await Promise.all(names(20).map((name) => sidecar.post(task(name))));
    await until(() => driver.requests.length === 4);
    void sidecar.stop();
    await until(() => sidecar.ledger().started === 3);
    open();
    await delay(3_600);
    assert.equal(driver.requests.length, 4);
    assert.equal(sidecar.ledger().started, 0);
  });

  it('a POST of a task that has not begun is told to stay away, and begins nothing', async (t) => {
    const { opened, open } = gate();
    const { driver, sidecar } = await startBridge(t, () => opened.then(() => answered));
    const held = sidecar.post(task('held'));
    await until(() => driver.requests.length === 1);
    void sidecar.stop();
    assert.equal((await held).text, stayAway);
    assert.equal((await sidecar.post(task('new'))).text, stayAway);
    open();
    assert.equal(driver.requests.length, 1);
  });

  it('an answer that is there, or comes, is handed out', async (t) => {
    const { opened, open } = gate();
    const { driver, sidecar } = await startBridge(t, () => opened.then(() => answered), {
      ANSWER_WINDOW_SECONDS: '0',
    });
    await sidecar.post(task('a'));
    await until(() => driver.requests.length === 1);
    void sidecar.stop();
    assert.equal((await sidecar.post(task('a'))).text, stayAway);
    open();
    await until(() => sidecar.ledger().started === 0);
    assert.equal(replyOf(await sidecar.post(task('a'))).node.phase, 'Succeeded');
    assert.equal(driver.requests.length, 1);
  });

  for (const [name, host] of [
    ['is refused', { DRIVER_HOST: '127.0.0.1:1' }],
    ['does not answer DNS', { DRIVER_HOST: 'kfp-driver-server.nowhere.invalid' }],
  ] as const) {
    it(`a sidecar whose driver ${name} has nothing to wait for`, async (t) => {
      const sidecar = await startTestSidecar({ ...host, SHUTDOWN_GRACE_SECONDS: '600' });
      t.after(sidecar.close);
      await Promise.all(names(20).map((each) => sidecar.post(task(each))));
      void sidecar.stop();
      await until(() => sidecar.ledger().started === 0);
    });
  }
});

describe('MAX_CONCURRENT_CALLS', () => {
  it('counts a task only while its call is at the driver, not while it backs off', async (t) => {
    const drive = ({ task_name: name }: { task_name?: string }) =>
      name === 'bad'
        ? Promise.reject(new StatusError('UNAVAILABLE', 'not now', { details: { retryDelayMs: 60_000 } }))
        : answered;
    const { driver, sidecar } = await startBridge(t, drive, { MAX_CONCURRENT_CALLS: '1' });
    await sidecar.post(task('bad'));
    assert.equal(sidecar.ledger().started, 1);
    const { reply } = await postUntilFinal(() => sidecar.post(task('good')));
    assert.equal(reply.node.phase, 'Succeeded');
    assert.equal(driver.requests.length, 2);
  });
});

describe('what the user reads', () => {
  it('follows the call that is out now: after a failure, that the driver is at work again', async (t) => {
    const { opened, open } = gate();
    let calls = 0;
    const { driver, sidecar } = await startBridge(
      t,
      () => {
        calls += 1;
        if (calls === 1) {
          throw new StatusError('UNAVAILABLE', 'restarting');
        }
        return opened.then(() => answered);
      },
      { ANSWER_WINDOW_SECONDS: '0.3' },
    );
    const first = replyOf(await sidecar.post(task('a')));
    assert.match(
      first.node.message ?? '',
      /^UNAVAILABLE: the driver server is unavailable for 0 s, 1 try: restarting$/,
    );
    await until(() => driver.requests.length === 2);
    const second = replyOf(await sidecar.post(task('a')));
    assert.equal(second.node.phase, 'Pending');
    assert.match(second.node.message ?? '', /^the driver has been at work for \d s, call 2$/);
    open();
    const { reply } = await postUntilFinal(() => sidecar.post(task('a')));
    assert.equal(reply.node.phase, 'Succeeded');
  });

  it('comes with the answer itself where the call that is out is answered within the window', async (t) => {
    let calls = 0;
    const { driver, sidecar } = await startBridge(t, async () => {
      calls += 1;
      if (calls === 1) {
        throw new StatusError('UNAVAILABLE', 'restarting');
      }
      await delay(500);
      return answered;
    });
    await sidecar.post(task('a'));
    await until(() => driver.requests.length === 2);
    assert.equal(replyOf(await sidecar.post(task('a'))).node.phase, 'Succeeded');
  });

  it('says that it waits for a connection, not that the driver is at work, while there is none', async (t) => {
    const silent = await startTestSidecar({
      DRIVER_HOST: await silentAddress(t),
      ANSWER_WINDOW_SECONDS: '0',
      WAIT_MESSAGE_AFTER_SECONDS: '0',
    });
    t.after(silent.close);
    const { node } = replyOf(await silent.post(task('a')));
    assert.match(
      node.message ?? '',
      /^waits (for a connection to the driver server|until MAX_CONCURRENT_CALLS)/,
    );
    const later = replyOf(await silent.post(task('a')));
    assert.match(later.node.message ?? '', /^waits for a connection to the driver server for \d s$/);
  });
});

async function silentAddress(t: { after(close: () => Promise<void>): void }): Promise<string> {
  const { startTcpProxy } = await import('../support/tcp-proxy.js');
  const proxy = await startTcpProxy(1, 'silent');
  t.after(proxy.close);
  return proxy.address;
}
