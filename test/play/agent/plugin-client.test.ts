import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { callPlugin } from '../../../src/play/agent/call-plugin.js';
import { createPluginClient, type PluginClient } from '../../../src/play/agent/plugin-client.js';
import { instantClock } from '../instant-clock.js';
import { type PluginServer, type Reaction, startPluginServer } from '../plugin-server.js';

const fine = { text: '{"node":{"phase":"Succeeded","message":"fine"}}' };
const isFine = { kind: 'reply', reply: { node: { phase: 'Succeeded', message: 'fine' } } };

let server: PluginServer | undefined;
let client: PluginClient | undefined;

afterEach(() => {
  client?.close();
  server?.close();
});

/** One call with the agent's repeats against a server that reacts in this order. */
async function call(reactions: readonly Reaction[], timeoutMs = 5_000) {
  server = await startPluginServer((_post, index) => reactions[index] ?? 'silence');
  client = createPluginClient({ address: server.address, token: 'secret-of-32-characters-or-so', timeoutMs });
  const { signal } = new AbortController();
  let posts = 0;
  const onPost = () => {
    posts += 1;
  };
  const outcome = await callPlugin('{"é":1}', { post: client.post, clock: instantClock(), signal, onPost });
  return { outcome, posts, received: server.posts };
}

describe("The agent's HTTP client", () => {
  it("sends what Argo's agent sends", async () => {
    const { outcome, received } = await call([fine]);
    assert.deepEqual(outcome, isFine);
    const [post] = received;
    assert.equal(post?.path, '/api/v1/template.execute');
    assert.equal(post?.body, '{"é":1}');
    const { host, connection, ...headers } = post?.headers ?? {};
    assert.deepEqual(headers, {
      'user-agent': 'Go-http-client/1.1',
      'content-length': '8',
      authorization: 'Bearer secret-of-32-characters-or-so',
      'content-type': 'application/json',
      'accept-encoding': 'gzip',
    });
  });

  it('asks again after a connection that closed without an answer', async () => {
    const { outcome, posts } = await call(['hang-up', 'hang-up', fine]);
    assert.deepEqual(outcome, isFine);
    assert.equal(posts, 3);
  });

  it('asks again after silence', async () => {
    const { outcome, posts } = await call(['silence', fine], 100);
    assert.deepEqual(outcome, isFine);
    assert.equal(posts, 2);
  });

  it("says after five silences what Go's client says", async () => {
    const { outcome, posts } = await call([], 50);
    assert.equal(posts, 5);
    const message = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
    assert.deepEqual(outcome, {
      kind: 'failed',
      message: `Post "${server?.address}/api/v1/template.execute": ${message}`,
    });
  });

  it('says after five refusals that nobody listens', async () => {
    server = await startPluginServer(() => 'silence');
    const { address } = server;
    server.close();
    client = createPluginClient({ address, token: 't' });
    const { signal } = new AbortController();
    const onPost = () => undefined;
    const outcome = await callPlugin('{}', { post: client.post, clock: instantClock(), signal, onPost });
    const { host } = new URL(address);
    assert.deepEqual(outcome, {
      kind: 'failed',
      message: `Post "${address}/api/v1/template.execute": dial tcp ${host}: connect: connection refused`,
    });
  });

  it('reads a compressed answer', async () => {
    const zipped = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('{"ok":1}'));
    });
    await new Promise<void>((resolve) => zipped.listen(0, '127.0.0.1', resolve));
    const { port } = zipped.address() as AddressInfo;
    client = createPluginClient({ address: `http://127.0.0.1:${port}`, token: 't' });
    const answer = await client.post('{}', new AbortController().signal);
    zipped.close();
    assert.deepEqual(answer, { httpStatus: 200, httpStatusText: 'OK', text: '{"ok":1}' });
  });
});
