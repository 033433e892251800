import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createKubeClient } from '../../scripts/cluster/kube-client.js';
import { certificateFor } from '../support/webhook-files.js';

test('a request that meets a connection which the server has just closed is sent again', async (t) => {
  const { client, asked, hangUpOn } = await startApi(t);
  await client.expect('GET', '/first');
  hangUpOn('reused');
  assert.deepEqual(await client.expect('POST', '/second', { kind: 'Workflow' }), { path: '/second' });
  assert.deepEqual(asked, ['new /first', 'reused /second', 'new /second']);
});

test('a request that a new connection loses is not sent again', async (t) => {
  const { client, asked, hangUpOn } = await startApi(t);
  hangUpOn('new');
  await assert.rejects(client.expect('POST', '/first', {}), /socket hang up/);
  assert.deepEqual(asked, ['new /first']);
});

/** A server that answers the path, and hangs up on requests of connections that are new, or reused. */
async function startApi(t: TestContext) {
  const { certificate, key, caCertificate } = await certificateFor();
  const asked: string[] = [];
  let lost: string | undefined;
  const known = new WeakSet<Socket>();
  const server = createServer({ cert: certificate, key }, ({ socket, url }, response) => {
    const connection = known.has(socket) ? 'reused' : 'new';
    known.add(socket);
    asked.push(`${connection} ${url}`);
    if (connection === lost) {
      socket.destroy();
    } else {
      response.end(JSON.stringify({ path: url }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createKubeClient(
    `https://localhost:${(server.address() as AddressInfo).port}`,
    caCertificate,
    'token',
  );
  t.after(() => {
    client.close();
    server.close();
  });
  const hangUpOn = (connection: 'new' | 'reused') => {
    lost = connection;
  };
  return { client, asked, hangUpOn };
}
