import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scrape, sumOf } from '../../support/parse-scrape.js';
import { shortLease, startLeasedServer } from '../../support/start-leased-server.js';
import { startLeasesApi } from '../../support/start-leases-api.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

const admin = { ADMIN_HOST: '127.0.0.1', ADMIN_PORT: '0' };
type Server = Awaited<ReturnType<typeof startLeasedServer>>;

/** A gauge of the Lease, as Prometheus sees it. */
async function read({ log }: Server, name: string): Promise<number> {
  const address = log.find(({ message }) => message === 'listening')?.['adminAddress'];
  return sumOf(await scrape(String(address)), `driver_plugin_server_lease_${name}`);
}

test('the metrics say who holds the Lease, that it was lost, that it cannot be taken, and how often it went over', async (t) => {
  const api = await startLeasesApi(t);
  const proxy = await startTcpProxy(api.port);
  t.after(() => proxy.close());
  const env = { ...shortLease, ...admin };
  const first = await startLeasedServer(t, `http://${proxy.address}`, 0, env);
  await until(async () => (await read(first, 'held')) === 1);
  const second = await startLeasedServer(t, api.url, 0, env);
  await until(() => second.messages().includes('waits for the lease, and drives nothing'));
  assert.deepEqual(
    [await read(second, 'held'), await read(first, 'losses'), await read(first, 'fault')],
    [0, 0, 0],
  );
  const transitions = await read(second, 'transitions');

  proxy.mode = 'frozen';
  await until(async () => (await read(second, 'held')) === 1);
  assert.equal(await read(second, 'transitions'), transitions + 1);
  await until(async () => (await read(first, 'losses')) === 1 && (await read(first, 'fault')) === 1);
  assert.equal(await read(first, 'held'), 0);
});
