import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import express, { type Request, type Response } from 'express';
import { readBody } from '../../src/sidecar/read-body.js';
import { until } from '../support/agent.js';
import type { SentAtOnce } from '../support/send-at-once.js';

/** In which rounds of the event loop bodies are handed on that have all come while the loop was blocked, and their sizes. */
async function roundsOf(t: TestContext, sizes: readonly number[]) {
  const seen: { readonly round: number; readonly size: number }[] = [];
  let round = 0;
  const app = express().post('/', readBody(1 << 20), (request: Request, response: Response) => {
    seen.push({ round, size: request.body.length });
    response.end();
  });
  let accepted = 0;
  const server = createServer(app)
    .on('connection', () => {
      accepted += 1;
    })
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  const texts = sizes.map(
    (size) =>
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n${'1'.repeat(size)}`,
  );
  const written = new Int32Array(new SharedArrayBuffer(4));
  const workerData: SentAtOnce = { port: (server.address() as AddressInfo).port, texts, written };
  const sender = new Worker(new URL('../support/send-at-once.js', import.meta.url), { workerData });
  t.after(async () => {
    await sender.terminate();
    server.close();
  });
  await Promise.all([once(sender, 'message'), until(() => accepted === sizes.length)]);
  sender.postMessage('send');
  assert.notEqual(Atomics.wait(written, 0, 0, 20_000), 'timed-out');
  const count = () => {
    round += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  await until(() => seen.length === sizes.length);
  clearImmediate(counting);
  return seen;
}

const large = 65_536;
const small = 1_000;

test('of large bodies that have come at once, each round of the event loop hands on one', async (t) => {
  const seen = await roundsOf(t, [large, large, large]);
  const rounds = seen.map(({ round }) => round);
  assert.equal(new Set(rounds).size, 3);
});

test('small bodies wait for no turn: all that have come at once are handed on before the second large one', async (t) => {
  const seen = await roundsOf(t, [large, large, small, small, small]);
  const lastSmall = seen.findLastIndex(({ size }) => size === small);
  const larges = seen.flatMap(({ size }, at) => (size === large ? [at] : []));
  assert.ok(lastSmall < (larges[1] ?? 0), JSON.stringify(seen));
});
