import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type AdminRoute, startAdminServer, text } from '../../src/admin/admin-server.js';
import { collectLog } from '../support/collect-log.js';

async function start(
  t: TestContext,
  routes: Readonly<Record<string, AdminRoute>> = { '/ok': () => text(200, 'ok') },
) {
  const log = collectLog();
  const server = await startAdminServer({ host: '127.0.0.1', port: 0, routes, logger: log });
  t.after(() => server.close());
  return { ...server, log };
}

/** Everything that comes back for bytes on a connection of their own. */
async function send(address: string, bytes: string): Promise<string> {
  const { hostname: host, port } = new URL(address);
  const socket = connect({ host, port: Number(port) });
  socket.setEncoding('latin1');
  socket.end(bytes);
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  await once(socket, 'close');
  return received;
}

test('GET and HEAD of a path are answered with its type and length, never to be cached', async (t) => {
  const { address } = await start(t);
  const got = await fetch(`${address}/ok?a=b`);
  assert.deepEqual(
    [got.status, await got.text(), got.headers.get('content-length'), got.headers.get('cache-control')],
    [200, 'ok\n', '3', 'no-store'],
  );
  const head = await fetch(`${address}/ok`, { method: 'HEAD' });
  assert.deepEqual([head.status, await head.text(), head.headers.get('content-length')], [200, '', '3']);
});

const refused: readonly (readonly [request: string, status: number])[] = [
  ['GET /other HTTP/1.1', 404],
  ['GET / HTTP/1.1', 404],
  ['GET /OK HTTP/1.1', 404],
  ['GET /ok/../ok HTTP/1.1', 200],
  ['GET /../../etc/passwd HTTP/1.1', 404],
  ['GET //ok HTTP/1.1', 404],
  ['GET http://evil.example/ok HTTP/1.1', 200],
  ['GET http://[/ok HTTP/1.1', 404],
  ['GET /__proto__ HTTP/1.1', 404],
  ['GET /constructor HTTP/1.1', 404],
  ['OPTIONS * HTTP/1.1', 404],
  ['POST /ok HTTP/1.1', 405],
  ['DELETE /ok HTTP/1.1', 405],
  ['CONNECT /ok HTTP/1.1', 0],
  ['nonsense', 400],
];
for (const [request, status] of refused) {
  test(`"${request}" is answered with ${status === 0 ? 'a closed connection' : status}`, async (t) => {
    const { address, log } = await start(t);
    const received = await send(address, `${request}\r\nHost: a\r\nConnection: close\r\n\r\n`);
    assert.equal(Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? 0), status, received);
    assert.deepEqual(log.lines, []);
  });
}

test('a body is not taken for the next request', async (t) => {
  const { address } = await start(t);
  const smuggled = 'GET /ok HTTP/1.1\r\nHost: a\r\n\r\n';
  const received = await send(
    address,
    `POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  );
  assert.equal(received.match(/HTTP\/1\.1 /g)?.length, 1, received);
  assert.match(received, /^HTTP\/1\.1 405 .*Connection: close/s);
});

test('headers of more than 8 KiB are refused', async (t) => {
  const { address } = await start(t);
  assert.match(
    await send(address, `GET /ok HTTP/1.1\r\nA: ${'a'.repeat(9_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 /,
  );
});

test('a route that fails is answered with 500 and without its message, and the log has its name', async (t) => {
  const { address, log } = await start(t, {
    '/bad': () => {
      throw new TypeError('hunter2');
    },
  });
  const got = await fetch(`${address}/bad`);
  assert.equal(got.status, 500);
  assert.doesNotMatch(await got.text(), /hunter2/);
  assert.deepEqual(
    log.lines.map(({ message, facts }) => [message, facts.error]),
    [['the admin port cannot answer', 'TypeError']],
  );
});
