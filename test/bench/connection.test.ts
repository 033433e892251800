import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openConnection, token } from '../../scripts/bench/load/connection.js';
import { postSucceeded } from '../../scripts/bench/load/run-load.js';
import { bodySizes, distinctTasks, repeatedTask } from '../../scripts/bench/load/task-bodies.js';

/** Answers with whatever `answerTo` makes of a body. */
async function start(t: TestContext, answerTo: (body: string) => string) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push(body);
      const text = answerTo(body);
      response.writeHead(request.headers.authorization === `Bearer ${token}` ? 200 : 403, {
        'Content-Length': Buffer.byteLength(text),
      });
      response.end(text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = await openConnection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    connection.close();
    server.closeAllConnections();
    server.close();
  });
  return { seen, server, connection };
}

test('an answer of many pieces comes whole, and the connection takes the next request', async (t) => {
  const long = 'x'.repeat(1_000_000);
  const { connection, seen } = await start(t, () => long);
  for (const body of ['first', 'second']) {
    const answer = await connection.post(Buffer.from(body));
    assert.deepEqual([answer.httpStatus, answer.body.length], [200, long.length]);
  }
  assert.deepEqual(seen, ['first', 'second']);
});

test('a request on a connection that its server has closed fails, and does not wait for ever', async (t) => {
  const { connection, server } = await start(t, () => 'x');
  await connection.post(Buffer.from('first'));
  server.closeAllConnections();
  await assert.rejects(connection.post(Buffer.from('second')), /closed a connection|ECONNRESET|EPIPE/);
  await assert.rejects(connection.post(Buffer.from('third')), /closed a connection/);
});

test('an answer that is no success has no time: its text is in the fault', async (t) => {
  const { connection } = await start(t, () => '{"node":{},"requeue":"1s"}');
  await assert.rejects(postSucceeded(connection, Buffer.from('{}')), /did not succeed.*"requeue":"1s"/);
});

test('bodies have the size that their name says, and each of a connection is another task of one workflow', () => {
  for (const bytes of Object.values(bodySizes)) {
    const bodies = distinctTasks(bytes, 2);
    const texts = [0, 0, 1].map((connection) => bodies.next(connection).toString('utf8'));
    assert.deepEqual(
      texts.map((text) => Buffer.byteLength(text)),
      [bytes, bytes, bytes],
    );
    const parsed = texts.map((text) => JSON.parse(text));
    const tasks = parsed.map(({ template }) => template.plugin['driver-plugin'].args.task_name);
    assert.equal(new Set(tasks).size, 3);
    assert.deepEqual(
      parsed.map(({ workflow }) => workflow.metadata.uid),
      ['uid-0', 'uid-0', 'uid-1'],
    );
  }
});

test('a repeated task is the same, byte for byte', () => {
  const bodies = repeatedTask(bodySizes['2 KB'], 1);
  const first = bodies.next(0).toString('utf8');
  assert.equal(bodies.next(0).toString('utf8'), first);
});
