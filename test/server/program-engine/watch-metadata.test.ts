import assert from 'node:assert/strict';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type MetadataWatch, watchMetadata } from '../../../src/server/program-engine/watch-metadata.js';
import { until } from '../../support/agent.js';

const times = { connectTimeoutMs: 300, renewAfterMs: 60_000 };

function startWatch(t: TestContext, port: number, more: Partial<typeof times> = {}): MetadataWatch {
  const address = { host: '127.0.0.1', port, tlsEnabled: false, caCertPath: '' };
  const watch = watchMetadata(address, { ...times, ...more });
  t.after(() => watch.close());
  return watch;
}

function listen(server: Pick<Server, 'listen' | 'address'>, port = 0): Promise<number> {
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** An HTTP/2 server that can be closed with its connections. */
function startHttp2(t: TestContext) {
  const server = createHttp2Server();
  const sessions = new Set<ServerHttp2Session>();
  let connections = 0;
  server.on('session', (session) => {
    connections += 1;
    sessions.add(session);
    session.on('close', () => sessions.delete(session)).on('error', () => {});
  });
  const close = () => {
    server.close();
    for (const session of sessions) {
      session.destroy();
    }
  };
  t.after(close);
  return { server, close, connections: () => connections };
}

test('a reachable ML Metadata is no outage', async (t) => {
  const { server } = startHttp2(t);
  const watch = startWatch(t, await listen(server));
  assert.match(watch.outage() ?? '', /is not connected yet$/);
  assert.equal(await watch.settled(), undefined);
  assert.equal(watch.outage(), undefined);
});

test('a closed port is an outage that names the address', async (t) => {
  const { server, close } = startHttp2(t);
  const port = await listen(server);
  close();
  const watch = startWatch(t, port);
  assert.equal(await watch.settled(), `ML Metadata (127.0.0.1:${port}) cannot be reached`);
});

test('the watch follows a port that is closed and opened again', async (t) => {
  const first = startHttp2(t);
  const port = await listen(first.server);
  const watch = startWatch(t, port);
  assert.equal(await watch.settled(), undefined);
  first.close();
  await until(() => watch.outage() !== undefined);
  const second = startHttp2(t);
  await listen(second.server, port);
  await until(() => watch.outage() === undefined);
  assert.equal(await watch.settled(), undefined);
});

test('a peer that accepts connections and never speaks is an outage, until it speaks', async (t) => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  const port = await listen(silent);
  const closeSilent = () => {
    silent.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  t.after(closeSilent);
  const watch = startWatch(t, port);
  assert.match((await watch.settled()) ?? '', /accepts connections but does not answer$/);
  closeSilent();
  const { server } = startHttp2(t);
  await listen(server, port);
  await until(() => watch.outage() === undefined);
});

test('the connection is made anew, since an idle one does not notice that its peer is gone', async (t) => {
  const { server, connections } = startHttp2(t);
  const watch = startWatch(t, await listen(server), { renewAfterMs: 50 });
  await until(() => connections() >= 3);
  assert.equal(await watch.settled(), undefined);
});

test('a CA that cannot be read is an outage, not a crash', async (t) => {
  const address = { host: '127.0.0.1', port: 1, tlsEnabled: true, caCertPath: '/nonexistent/ca.pem' };
  const watch = watchMetadata(address, times);
  t.after(() => watch.close());
  assert.match((await watch.settled()) ?? '', /cannot be reached with these settings/);
});
