import assert from 'node:assert/strict';
import { promises as dns } from 'node:dns';
import { describe, it, type TestContext } from 'node:test';
import type { Environment } from '../../src/common/settings.js';
import { startDevDriver } from '../../src/server/dev-driver/start-dev-driver.js';
import { delay, postUntilFinal, replyOf, until } from '../support/agent.js';
import { startDriver } from '../support/start-driver.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { containerArguments, templateBody } from '../support/templates.js';

// dag_execution_id 0: the dev-driver knows parents, and these tasks have none.
const task = (name: string) =>
  templateBody({ ...containerArguments, dag_execution_id: '0', task_name: name });
const answered = { execution_id: '7', pod_spec_patch: '{}' };

async function startSidecar(t: TestContext, env: Environment) {
  const sidecar = await startTestSidecar(env);
  t.after(sidecar.close);
  return sidecar;
}

/** A dev-driver that takes 300 ms, behind a proxy. */
async function startSlowDriver(t: TestContext, mode: 'forward' | 'drop' | 'silent' = 'forward') {
  const driver = await startDevDriver({ delay: () => 300 });
  const proxy = await startTcpProxy(Number(driver.address.split(':')[1]), mode);
  t.after(async () => {
    await proxy.close();
    await driver.close();
  });
  return { driver, proxy };
}

describe('the channel', () => {
  it('connects with the first call only, and keeps one connection for all calls', async (t) => {
    const { driver, proxy } = await startSlowDriver(t);
    const sidecar = await startSidecar(t, { DRIVER_HOST: proxy.address });
    assert.equal(proxy.connections, 0);
    await Promise.all(['a', 'b', 'c'].map((name) => postUntilFinal(() => sidecar.post(task(name)))));
    assert.equal(proxy.connections, 1);
    assert.equal(driver.drives().length, 3);
  });

  it('outlives a connection that is cut in the middle of calls; each task is driven once', async (t) => {
    const { driver, proxy } = await startSlowDriver(t);
    const sidecar = await startSidecar(t, { DRIVER_HOST: proxy.address });
    const names = ['a', 'b', 'c', 'd'];
    const ends = names.map((name) => postUntilFinal(() => sidecar.post(task(name))));
    await until(() => proxy.connections === 1);
    await delay(100);
    proxy.cut();
    const phases = (await Promise.all(ends)).map(({ reply }) => reply.node.phase);
    assert.deepEqual(
      phases,
      names.map(() => 'Succeeded'),
    );
    assert.equal(driver.drives().length, names.length);
  });

  it('outlives a server that accepts and drops connections', async (t) => {
    const { driver, proxy } = await startSlowDriver(t, 'drop');
    const sidecar = await startSidecar(t, { DRIVER_HOST: proxy.address });
    const end = postUntilFinal(() => sidecar.post(task('a')));
    await until(() => proxy.connections >= 3);
    proxy.mode = 'forward';
    assert.equal((await end).reply.node.phase, 'Succeeded');
    assert.equal(driver.drives().length, 1);
  });

  it('gives up a peer that accepts TCP and stays silent, says so, and finds it again when it speaks', async (t) => {
    const { driver, proxy } = await startSlowDriver(t, 'silent');
    const sidecar = await startSidecar(t, { DRIVER_HOST: proxy.address, CONNECT_TIMEOUT_SECONDS: '0.3' });
    const first = replyOf(await sidecar.post(task('a')));
    assert.match(
      first.node.message ?? '',
      /^UNAVAILABLE: no connection to 127\.0\.0\.1:\d+ for \d+ s, 1 try: it accepts TCP but does not speak HTTP\/2$/,
    );
    proxy.mode = 'forward';
    const { reply } = await postUntilFinal(() => sidecar.post(task('a')));
    assert.equal(reply.node.phase, 'Succeeded');
    assert.equal(driver.drives().length, 1);
    assert.ok(
      sidecar.log.some(({ level, message }) => level === 'warn' && message.startsWith('replaced a channel')),
    );
  });

  it('finds a server that is killed and started again on the same port', async (t) => {
    const before = await startDriver(() => delay(200).then(() => answered));
    const sidecar = await startSidecar(t, { DRIVER_HOST: before.address });
    const end = postUntilFinal(() => sidecar.post(task('a')));
    await until(() => before.requests.length === 1);
    before.close();
    await delay(200);
    const after = await startDriver(() => answered, { port: before.port });
    t.after(after.close);
    assert.equal((await end).reply.node.phase, 'Succeeded');
    assert.equal(after.requests[0]?.request_id, before.requests[0]?.request_id);
  });

  it('uses every address of a list, and the other one when one dies', async (t) => {
    const [left, right] = await Promise.all([startDriver(() => answered), startDriver(() => answered)]);
    t.after(right.close);
    const sidecar = await startSidecar(t, { DRIVER_HOST: `ipv4:${left.address},${right.address}` });
    for (const name of ['a', 'b', 'c', 'd']) {
      await postUntilFinal(() => sidecar.post(task(name)));
    }
    assert.ok(left.requests.length > 0 && right.requests.length > 0);
    left.close();
    const { reply } = await postUntilFinal(() => sidecar.post(task('e')));
    assert.equal(reply.node.phase, 'Succeeded');
  });

  // 127.0.0.2 is an address of every Linux host, and of no other.
  it('finds a server whose name moves to another address', {
    skip: process.platform !== 'linux',
  }, async (t) => {
    const { lookup } = dns;
    t.after(() => Object.assign(dns, { lookup }));
    let address = '127.0.0.1';
    Object.assign(dns, { lookup: async () => [{ address, family: 4 }] });
    const before = await startDevDriver();
    const port = Number(before.address.split(':')[1]);
    const sidecar = await startSidecar(t, {
      DRIVER_HOST: 'kfp-driver-server.moves',
      DRIVER_PORT: String(port),
    });
    assert.equal((await postUntilFinal(() => sidecar.post(task('a')))).reply.node.phase, 'Succeeded');
    await before.close();
    const after = await startDevDriver({ host: '127.0.0.2', port });
    t.after(() => after.close());
    address = '127.0.0.2';
    assert.equal((await postUntilFinal(() => sidecar.post(task('b')))).reply.node.phase, 'Succeeded');
    assert.deepEqual(
      after.drives().map(({ task: name }) => name),
      ['b'],
    );
  });

  it('ignores http_proxy and its like', async (t) => {
    const driver = await startDriver(() => answered);
    t.after(driver.close);
    const names = ['http_proxy', 'https_proxy', 'grpc_proxy', 'HTTP_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) {
      process.env[name] = 'http://127.0.0.1:1';
    }
    t.after(() => {
      for (const [index, name] of names.entries()) {
        setOrDelete(name, before[index]);
      }
    });
    const sidecar = await startSidecar(t, { DRIVER_HOST: driver.address });
    assert.equal(replyOf(await sidecar.post(task('a'))).node.phase, 'Succeeded');
  });

  it('goes through http_proxy where DRIVER_USE_PROXY says so', async (t) => {
    const driver = await startDriver(() => answered);
    t.after(driver.close);
    const proxy = await startTcpProxy(driver.port, 'drop');
    t.after(proxy.close);
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = `http://${proxy.address}`;
    t.after(() => setOrDelete('http_proxy', before));
    const sidecar = await startSidecar(t, { DRIVER_HOST: driver.address, DRIVER_USE_PROXY: 'true' });
    assert.equal(replyOf(await sidecar.post(task('a'))).node.phase, 'Pending');
    assert.ok(proxy.connections > 0);
    assert.ok(sidecar.log.some(({ level, message }) => level === 'warn' && message === 'grpc-js'));
    assert.equal(driver.requests.length, 0);
  });

  it('lets go of its connections when nothing is called for a while', async (t) => {
    const { proxy } = await startSlowDriver(t);
    const sidecar = await startSidecar(t, { DRIVER_HOST: proxy.address, IDLE_TIMEOUT_SECONDS: '1' });
    await postUntilFinal(() => sidecar.post(task('a')));
    assert.equal(proxy.open, 1);
    await until(() => proxy.open === 0);
    await postUntilFinal(() => sidecar.post(task('b')));
    assert.equal(proxy.connections, 2);
  });

  it('never sends the agent’s token on', async (t) => {
    const driver = await startDriver(() => answered);
    t.after(driver.close);
    const sidecar = await startSidecar(t, { DRIVER_HOST: driver.address });
    await sidecar.post(task('a'));
    assert.deepEqual(driver.metadata[0]?.get('authorization'), []);
  });
});

function setOrDelete(name: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
}
