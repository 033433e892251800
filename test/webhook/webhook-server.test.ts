import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../src/common/clock.js';
import { createTurns } from '../../src/common/turns.js';
import type { Review } from '../../src/webhook/answer-review.js';
import { noMeasures } from '../../src/webhook/measures.js';
import { createBodyReceiver } from '../../src/webhook/receive-body.js';
import { skipped } from '../../src/webhook/verdict.js';
import { createWebhookServer, listen } from '../../src/webhook/webhook-server.js';
import { admitted, assertUnchanged, reviewOf } from '../support/admission.js';
import { collectLog } from '../support/collect-log.js';
import { driverWorkflow } from '../support/driver-workflow.js';
import type { PostsOverTls } from '../support/post-over-tls.js';
import { call } from '../support/start-test-webhook.js';
import { certificateFor } from '../support/webhook-files.js';

const body = reviewOf(driverWorkflow());

async function start(t: TestContext, review: Review, limits = {}) {
  const made = await certificateFor();
  const log = collectLog();
  const budgetMs = 300;
  const state = { ready: true };
  const server = createWebhookServer(made, {
    review,
    receiveBody: createBodyReceiver({
      maxBodyBytes: 1 << 20,
      maxBytesInFlight: 1 << 20,
      budgetMs,
      clock: systemClock,
      ...limits,
    }),
    budgetMs,
    takeTurn: createTurns(),
    isReady: () => state.ready,
    clock: systemClock,
    logger: log,
    measures: noMeasures,
  });
  const address = await listen(server, '127.0.0.1', 0);
  const agent = new Agent({ keepAlive: true, ca: made.caCertificate, servername: 'localhost' });
  t.after(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const post = (text = body) => call({ address }, agent, 'POST', '/convert', text);
  return { log, state, agent, made, address, post };
}

test('a fault of the webhook itself admits as it came; the log has its name and stack, and not its message', async (t) => {
  const { post, log } = await start(t, () => {
    throw new TypeError('a message with a secret');
  });
  const response = admitted(await post());
  assertUnchanged(response);
  assert.match(response.warnings?.[0] ?? '', /internal error of driver-plugin/);
  const [fault, line] = log.lines;
  assert.deepEqual(
    [fault?.level, fault?.message, fault?.facts['error']],
    ['error', 'a review failed', 'TypeError'],
  );
  assert.match(String(fault?.facts['errorStack']), /webhook-server\.test/);
  assert.deepEqual([line?.level, line?.facts['reason']], ['warn', 'fault']);
  assert.doesNotMatch(JSON.stringify(log.lines), /secret/);
});

test('a request that waits behind others for longer than the budget is admitted as it came', async (t) => {
  let busyMs = 0;
  let reviews = 0;
  const busy: Review = () => {
    reviews += 1;
    const endMs = performance.now() + busyMs;
    while (performance.now() < endMs) {}
    return skipped('nothing-to-do');
  };
  const { post } = await start(t, busy);
  const postFour = async () => (await Promise.all([post(), post(), post(), post()])).map(admitted);
  // Connections first: what waits for one is not seen here.
  await postFour();
  [busyMs, reviews] = [400, 0];
  const responses = await postFour();
  const late = responses.filter(({ warnings = [] }) => /took too long/.test(warnings.join()));
  assert.equal(reviews + late.length, 4);
  assert.notEqual(late.length, 0);
});

test('bodies beyond what all may hold at once are admitted as they came', async (t) => {
  const { post, log } = await start(t, () => skipped('nothing-to-do'), { maxBytesInFlight: 100 });
  const response = admitted(await post());
  assertUnchanged(response);
  assert.equal(log.lines.at(-1)?.facts['reason'], 'too-busy');
});

test('what bodies held is given back when they have ended', async (t) => {
  const { post, log } = await start(t, () => skipped('nothing-to-do'), {
    maxBytesInFlight: body.length + 10,
  });
  for (let at = 0; at < 3; at += 1) {
    admitted(await post());
  }
  assert.deepEqual(
    log.lines.map(({ facts }) => facts['reason']),
    Array(3).fill('nothing-to-do'),
  );
});

test('a webhook that drains is not ready, still answers, and keeps no connection', async (t) => {
  const { post, state, agent, address } = await start(t, () => skipped('nothing-to-do'));
  admitted(await post());
  const open = () => Object.values(agent.freeSockets).flat().length;
  await new Promise(setImmediate);
  assert.equal(open(), 1);
  state.ready = false;
  assert.equal((await call({ address }, agent, 'GET', '/readyz')).httpStatus, 503);
  assert.equal((await call({ address }, agent, 'GET', '/healthz')).httpStatus, 200);
  admitted(await post());
  await new Promise(setImmediate);
  assert.equal(open(), 0);
});

test('a character of several bytes is read whole, wherever the pieces of the body were cut', async (t) => {
  const filler = `x${'€'.repeat(40_000)}`;
  const read: unknown[] = [];
  const { post } = await start(t, ({ object }) => {
    read.push(object?.['filler']);
    return skipped('nothing-to-do');
  });
  assertUnchanged(admitted(await post(reviewOf({ ...driverWorkflow(), filler }))));
  assert.deepEqual(read, [filler]);
});

test('a caller that sends its next large review as soon as it has a large answer keeps its connection', async (t) => {
  const patch = Buffer.alloc(300_000, 'x').toString('base64');
  const { address, made } = await start(
    t,
    () => ({ kind: 'converted', patch, templates: [], warnings: [] }),
    {
      maxBytesInFlight: 8 << 20,
    },
  );
  const workerData: PostsOverTls = {
    address,
    caCertificate: made.caCertificate,
    body: reviewOf({ ...driverWorkflow(), filler: 'x'.repeat(100_000) }),
    times: 200,
  };
  const worker = new Worker(new URL('../support/post-over-tls.js', import.meta.url), { workerData });
  const [ends] = await once(worker, 'message');
  assert.deepEqual(ends, Array(200).fill(200));
});
