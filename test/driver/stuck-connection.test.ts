import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startDevDriver } from '../../src/server/dev-driver/start-dev-driver.js';
import { postUntilFinal, until } from '../support/agent.js';
import { sendStatus, startRawServer } from '../support/raw-http2-server.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { containerArguments, templateBody } from '../support/templates.js';

const body = templateBody({ ...containerArguments, dag_execution_id: '0' });

/** A dev-driver behind proxies, one for each address that the sidecar is told. */
async function startBehind(t: TestContext, addresses: number) {
  const driver = await startDevDriver();
  t.after(() => driver.close());
  const proxies = await Promise.all(
    Array.from({ length: addresses }, () => startTcpProxy(Number(driver.address.split(':')[1]), 'drop')),
  );
  t.after(() => Promise.all(proxies.map((proxy) => proxy.close())));
  const host = `ipv4:${proxies.map(({ address }) => address).join()}`;
  return { driver, proxies, host };
}

describe('a peer that accepts TCP and stays silent beside one that is of no use', { timeout: 60_000 }, () => {
  it('is tried again, although the other one has a connection', async (t) => {
    const { driver, proxies } = await startBehind(t, 1);
    const [silent] = proxies;
    assert.ok(silent);
    silent.mode = 'silent';
    // A proxy without a driver behind it: it answers at once, as Envoy does.
    const useless = await startRawServer(t, (stream) => sendStatus(stream, 14, 'no healthy upstream'));
    const sidecar = await startTestSidecar({
      DRIVER_HOST: `ipv4:${useless.address},${silent.address}`,
      CONNECT_TIMEOUT_SECONDS: '0.3',
    });
    t.after(sidecar.close);
    const end = postUntilFinal(() => sidecar.post(body));
    await until(() => silent.connections >= 1);
    silent.mode = 'forward';
    assert.equal((await end).reply.node.phase, 'Succeeded');
    assert.equal(driver.drives().length, 1);
  });
});

describe('a peer that accepts TCP and stays silent', { timeout: 60_000 }, () => {
  for (const policy of ['round_robin', 'pick_first']) {
    it(`is given up as well after it has dropped connections (${policy})`, async (t) => {
      const { driver, proxies, host } = await startBehind(t, 1);
      const [proxy] = proxies;
      assert.ok(proxy);
      const sidecar = await startTestSidecar({
        DRIVER_HOST: host,
        CONNECT_TIMEOUT_SECONDS: '0.3',
        DRIVER_LOAD_BALANCING: policy,
      });
      t.after(sidecar.close);
      const end = postUntilFinal(() => sidecar.post(body));
      await until(() => proxy.connections >= 2);
      const before = proxy.connections;
      proxy.mode = 'silent';
      await until(() => proxy.connections > before);
      proxy.mode = 'forward';
      assert.equal((await end).reply.node.phase, 'Succeeded');
      assert.equal(driver.drives().length, 1);
    });

    it(`is given up as well beside an address that drops connections (${policy})`, async (t) => {
      const { driver, proxies, host } = await startBehind(t, 2);
      const [, silent] = proxies;
      assert.ok(silent);
      silent.mode = 'silent';
      const sidecar = await startTestSidecar({
        DRIVER_HOST: host,
        CONNECT_TIMEOUT_SECONDS: '0.3',
        DRIVER_LOAD_BALANCING: policy,
      });
      t.after(sidecar.close);
      const end = postUntilFinal(() => sidecar.post(body));
      await until(() => silent.connections >= 1);
      silent.mode = 'forward';
      assert.equal((await end).reply.node.phase, 'Succeeded');
      assert.equal(driver.drives().length, 1);
    });
  }
});
