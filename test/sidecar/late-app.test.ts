import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { createLateApp } from '../../src/sidecar/late-app.js';

/** A server whose app is there when `give` or `refuse` is called. */
async function startLate(t: TestContext) {
  const { promise, resolve: give, reject: refuse } = withResolvers<RequestListener>();
  const app = createLateApp(() => promise);
  const server = createServer(app.answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const arrived = (requests: number) =>
    new Promise<void>((resolve) => {
      let left = requests;
      server.on('request', () => {
        left -= 1;
        if (left === 0) {
          resolve();
        }
      });
    });
  /** Resolves when the server has lost the next connection that comes. */
  const lost = () =>
    new Promise<void>((resolve) => {
      server.once('connection', (socket) => socket.once('close', () => resolve()));
    });
  return { app, port, lost, url: `http://127.0.0.1:${port}`, give, refuse, arrived };
}

/** Promise.withResolvers of later versions of Node.js. */
function withResolvers<Value>() {
  const parts = {} as { resolve: (value: Value) => void; reject: (reason: unknown) => void };
  const promise = new Promise<Value>((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return { promise, ...parts };
}

const body = (name: string) => `${name} ${'x'.repeat(300_000)}`;

test('POSTs that come before the app is there are answered in full, in the order in which they came', async (t) => {
  const { url, give, arrived } = await startLate(t);
  const seen: string[] = [];
  const answers: Promise<string>[] = [];
  for (const name of ['first', 'second', 'third']) {
    const next = arrived(1);
    answers.push(fetch(`${url}/${name}`, { method: 'POST', body: body(name) }).then((sent) => sent.text()));
    await next;
  }
  give(async (request, response) => {
    seen.push(String(request.url));
    response.end(await text(request));
  });
  assert.deepEqual(await Promise.all(answers), ['first', 'second', 'third'].map(body));
  assert.deepEqual(seen, ['/first', '/second', '/third']);
  assert.equal(await (await fetch(url, { method: 'POST', body: 'later' })).text(), 'later');
});

test('who has gone before the app is there is not given to it', async (t) => {
  const { app, port, url, give, arrived, lost } = await startLate(t);
  const [first, gone] = [arrived(1), lost()];
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /gone HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
  await first;
  socket.destroy();
  await gone;
  const stays = fetch(`${url}/stays`);
  const seen: string[] = [];
  give((request, response) => {
    seen.push(String(request.url));
    response.end('here');
  });
  await app.load();
  assert.equal(await (await stays).text(), 'here');
  assert.deepEqual(seen, ['/stays']);
});

test('an app that cannot be made ends the connections that wait for it, and whoever loads it hears why', async (t) => {
  const { app, url, refuse, arrived } = await startLate(t);
  const one = arrived(1);
  const waiting = fetch(url);
  await one;
  refuse(new Error('no such part'));
  await assert.rejects(app.load(), /no such part/);
  await assert.rejects(waiting);
});
