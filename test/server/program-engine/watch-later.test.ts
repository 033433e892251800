import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { status as grpcStatus } from '@grpc/grpc-js';
import { watchLater } from '../../../src/server/program-engine/watch-later.js';
import { until } from '../../support/agent.js';
import { startMetadataServer } from '../../support/start-server-program.js';
import { startAnswering, startSilent, startWatch } from './metadata-peers.js';

const patient = { answerTimeoutMs: 60_000 };

function later(t: TestContext, port: number, firstAnswerMs: number) {
  return watchLater(() => startWatch(t, port, patient), firstAnswerMs);
}

test('it connects to nobody before it begins, and knows of no outage', async (t) => {
  const silent = await startSilent(t);
  const watch = later(t, silent.port, 60_000);
  await sleep(100);
  assert.deepEqual([silent.connections(), watch.outage(), watch.isKnown()], [0, undefined, false]);
  void watch.begin();
  await until(() => silent.connections() === 1);
});

test('who asks whether it has settled begins it, and waits for the first answer', async (t) => {
  const { port, asked } = await startAnswering(t, async (answer) => {
    await sleep(200);
    answer({ code: grpcStatus.NOT_FOUND });
  });
  const watch = later(t, port, 60_000);
  assert.equal(await watch.settled(), undefined);
  assert.equal(asked.length, 1);
});

test('once it is known, who asks waits for a question that is under way', async (t) => {
  const first = await startMetadataServer(t);
  const watch = later(t, first.port, 60_000);
  await watch.begin();
  first.close();
  await until(() => watch.outage() !== undefined);
  const { asked } = await startAnswering(t, (answer) => answer({ code: grpcStatus.NOT_FOUND }), first.port);
  await until(() => asked.length === 1);
  assert.equal(await watch.settled(), undefined);
});

test('beginning twice asks once', async (t) => {
  const { port, asked } = await startAnswering(t, (answer) => answer({ code: grpcStatus.NOT_FOUND }));
  const watch = later(t, port, 60_000);
  await Promise.all([watch.begin(), watch.begin()]);
  assert.deepEqual([asked.length, watch.isKnown()], [1, true]);
});

test('a closed port is an outage as soon as that is known', async (t) => {
  const metadata = await startMetadataServer(t);
  metadata.close();
  const watch = later(t, metadata.port, 60_000);
  assert.match((await watch.settled()) ?? '', /cannot be reached$/);
  assert.match(watch.outage() ?? '', /cannot be reached$/);
});

test('a peer that never speaks is an outage once the time for the first answer has passed', async (t) => {
  const silent = await startSilent(t);
  const watch = later(t, silent.port, 100);
  void watch.begin();
  assert.equal(watch.outage(), undefined);
  assert.match((await watch.settled()) ?? '', /is not connected yet$/);
  assert.match(watch.outage() ?? '', /is not connected yet$/);
});

test('closed before it began it connects to nobody, whoever asks', async (t) => {
  const silent = await startSilent(t);
  const watch = later(t, silent.port, 60_000);
  watch.close();
  await watch.begin();
  assert.equal(await watch.settled(), undefined);
  await sleep(50);
  assert.equal(silent.connections(), 0);
});

test('closed after it began it asks no more', async (t) => {
  const { port, asked } = await startAnswering(t, (answer) => answer({ code: grpcStatus.NOT_FOUND }));
  const watch = watchLater(() => startWatch(t, port), 60_000);
  await watch.begin();
  await until(() => asked.length >= 2);
  watch.close();
  // One may be on its way.
  await sleep(50);
  const before = asked.length;
  await sleep(300);
  assert.equal(asked.length, before);
});
