import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as grpcStatus } from '@grpc/grpc-js';
import { watchMetadata } from '../../../src/server/program-engine/watch-metadata.js';
import { until } from '../../support/agent.js';
import { startMetadataServer } from '../../support/start-server-program.js';
import { startAnswering, startSilent, startWatch, times } from './metadata-peers.js';

test('an ML Metadata that answers is no outage, whatever it answers', async (t) => {
  const { port, asked } = await startAnswering(t, (answer) => answer({ code: grpcStatus.NOT_FOUND }));
  const watch = startWatch(t, port);
  assert.match(watch.outage() ?? '', /is not connected yet$/);
  assert.equal(await watch.settled(), undefined);
  assert.equal(watch.outage(), undefined);
  // GetContextTypeRequest { type_name: "system.PipelineRun" }
  assert.deepEqual(asked[0], Buffer.from('\n\x12system.PipelineRun'));
});

test('a closed port is an outage that names the address', async (t) => {
  const { port, close } = await startMetadataServer(t);
  close();
  const watch = startWatch(t, port);
  assert.equal(await watch.settled(), `ML Metadata (127.0.0.1:${port}) cannot be reached`);
});

test('the watch follows a port that is closed and opened again, at once when a connection breaks', async (t) => {
  const first = await startMetadataServer(t);
  const watch = startWatch(t, first.port, { askEveryMs: 3_600_000 });
  assert.equal(await watch.settled(), undefined);
  first.close();
  await until(() => watch.outage() !== undefined);
  await startMetadataServer(t, first.port);
  await until(() => watch.outage() === undefined);
  assert.equal(await watch.settled(), undefined);
});

test('a peer that accepts connections and never speaks is an outage, until it speaks', async (t) => {
  const silent = await startSilent(t);
  const watch = startWatch(t, silent.port);
  assert.match((await watch.settled()) ?? '', /does not answer$/);
  silent.close();
  await startMetadataServer(t, silent.port);
  await until(() => watch.outage() === undefined);
});

test('after a first failure a peer that never speaks gets no more than its time either', async (t) => {
  const metadata = await startMetadataServer(t);
  metadata.close();
  const watch = startWatch(t, metadata.port);
  assert.match((await watch.settled()) ?? '', /cannot be reached$/);
  const silent = await startSilent(t, metadata.port);
  // Each attempt is given up, and the next one is another connection.
  await until(() => silent.connections() >= 3);
  assert.match(watch.outage() ?? '', /does not answer$/);
  silent.close();
  await startMetadataServer(t, metadata.port);
  await until(() => watch.outage() === undefined);
});

test('an ML Metadata that keeps its connection and answers no more is an outage, until it answers', async (t) => {
  let hangs = false;
  const { port } = await startAnswering(t, (answer) => {
    if (!hangs) {
      answer(null, Buffer.alloc(0));
    }
  });
  const watch = startWatch(t, port);
  assert.equal(await watch.settled(), undefined);
  hangs = true;
  await until(() => watch.outage() !== undefined);
  assert.equal(watch.outage(), `ML Metadata (127.0.0.1:${port}) does not answer`);
  hangs = false;
  await until(() => watch.outage() === undefined);
});

test('an ML Metadata that says UNAVAILABLE is an outage, and is asked no more often than it should', async (t) => {
  const { port, asked } = await startAnswering(t, (answer) => answer({ code: grpcStatus.UNAVAILABLE }));
  const watch = startWatch(t, port, { retryEveryMs: 3_600_000 });
  assert.match((await watch.settled()) ?? '', /cannot be reached$/);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(asked.length, 1);
});

test('whoever asks while a question is under way waits for its answer', async (t) => {
  let answerLater = (_: null, _bytes: Buffer) => {};
  const { port, asked } = await startAnswering(t, (answer) => {
    answerLater = answer;
  });
  const watch = startWatch(t, port, { answerTimeoutMs: 60_000 });
  const settled = watch.settled();
  await until(() => asked.length === 1);
  answerLater(null, Buffer.alloc(0));
  assert.equal(await settled, undefined);
});

test('a CA that cannot be read is an outage, not a crash', async (t) => {
  const address = { host: '127.0.0.1', port: 1, tlsEnabled: true, caCertPath: '/nonexistent/ca.pem' };
  const watch = watchMetadata(address, times);
  t.after(() => watch.close());
  assert.match((await watch.settled()) ?? '', /cannot be reached with these settings/);
});
