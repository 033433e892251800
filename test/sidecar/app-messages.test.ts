import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import express, { type Express } from 'express';
import { createAppMessages } from '../../src/sidecar/app-messages.js';

const prototypes = (request: object, response: object) => [
  Object.getPrototypeOf(request),
  Object.getPrototypeOf(response),
];

/** A server whose messages belong to the app, and what they were when they came and when the app had them. */
async function start(t: TestContext, app: Express) {
  const messages = createAppMessages();
  messages.belongTo(app);
  const came: object[][] = [];
  const server = createServer({ ...messages.classes }, (request, response) => {
    came.push(prototypes(request, response));
    app(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const get = async () => (await fetch(`http://127.0.0.1:${port}/`)).json();
  return { came, get };
}

test('Express leaves the prototypes of the messages as they came, which have all that is its own', async (t) => {
  const app = express();
  const had: object[][] = [];
  app.get('/', (request, response) => {
    had.push(prototypes(request, response));
    assert.ok(request instanceof IncomingMessage && response instanceof ServerResponse);
    assert.equal(request.app, app);
    response.status(200).json({ path: request.path });
  });
  const { came, get } = await start(t, app);
  assert.deepEqual(await get(), { path: '/' });
  assert.deepEqual(await get(), { path: '/' });
  assert.equal(had.length, 2);
  for (const [index, [request, response]] of had.entries()) {
    assert.equal(request, came[index]?.[0]);
    assert.equal(response, came[index]?.[1]);
  }
});

test('two servers have messages of their own, each with its own app', async (t) => {
  const named = (name: string) => {
    const app = express();
    app.locals['name'] = name;
    app.get('/', (request, response) => response.json(request.app.locals['name']));
    return start(t, app);
  };
  const [first, second] = await Promise.all([named('first'), named('second')]);
  assert.deepEqual([await first.get(), await second.get(), await first.get()], ['first', 'second', 'first']);
});
