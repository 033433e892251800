import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { status as grpcStatus } from '@grpc/grpc-js';
import type { DriverServiceClient } from '../../../src/contract/generated/kfp/driver/v1/DriverService.js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { until } from '../../support/agent.js';
import { callDriver, failureOf, startCall } from '../../support/call-driver.js';
import {
  type ServerProgramOptions,
  startMetadataServer,
  startServerProgram,
  testFolder,
} from '../../support/start-server-program.js';
import { containerRequest, readJsonLines, rootRequest } from '../program-engine/fixtures.js';

/** A server whose drivers write down what they drove. */
async function startCounted(t: TestContext, { env = {}, fake = {} }: ServerProgramOptions = {}) {
  const [effects, concurrency] = [join(testFolder(t), 'effects'), join(testFolder(t), 'begun')];
  const files = { FAKE_DRIVER_EFFECTS: effects, FAKE_DRIVER_CONCURRENCY: concurrency };
  const server = await startServerProgram(t, { env, fake: { ...files, ...fake } });
  return {
    ...server,
    client: server.connect(),
    /** How many drivers have begun. */
    begun: () =>
      readFileSync(concurrency, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('+')).length,
    drives: () => readJsonLines(effects).map(({ task }) => task),
  };
}

const task = (task_name: string) => containerRequest({ request_id: task_name, task_name });

/** Asks until the server does not refuse any more; every refusal must say that nothing was driven. */
async function callUntilServed(client: DriverServiceClient, request: ReturnType<typeof task>) {
  for (;;) {
    const answer = await callDriver(client, request).catch((failure) => {
      assert.ok(readStatusDetails(failure.metadata).retryDelayMs !== undefined, String(failure));
    });
    if (answer !== undefined) {
      return answer;
    }
    await sleep(20);
  }
}

test('a refusal while ML Metadata is away is not kept: the same request is driven when it is back', async (t) => {
  const { client, metadata, drives } = await startCounted(t);
  await callDriver(client, task('before'));
  metadata.close();
  await until(() =>
    callDriver(client, task(`probe-${performance.now()}`)).then(
      () => false,
      () => true,
    ),
  );

  const refusal = await failureOf(callDriver(client, task('a')));

  assert.equal(refusal.code, grpcStatus.UNAVAILABLE);
  const { errorInfo, retryDelayMs } = readStatusDetails(refusal.metadata);
  assert.equal(errorInfo?.reason, 'METADATA_AWAY');
  assert.equal(retryDelayMs, 2_000);
  await startMetadataServer(t, metadata.port);
  assert.equal((await callUntilServed(client, task('a'))).cached, false);
  assert.deepEqual(
    drives().filter((name) => name === 'a'),
    ['a'],
  );
});

test('a refusal by a full queue is not kept either', async (t) => {
  const { client, drives } = await startCounted(t, {
    env: { MAX_PROGRAMS: '1', MAX_QUEUE: '0' },
    fake: { FAKE_DRIVER_DELAY_MS: '300' },
  });
  const first = callDriver(client, task('a'));
  const refusal = await failureOf(callDriver(client, task('b')));
  assert.equal(refusal.code, grpcStatus.RESOURCE_EXHAUSTED);
  assert.equal(readStatusDetails(refusal.metadata).errorInfo?.reason, 'QUEUE_FULL');
  await first;
  assert.equal((await callUntilServed(client, task('b'))).cached, false);
  assert.deepEqual(drives(), ['a', 'b']);
});

test('an UNAVAILABLE of a driver that ran is kept: a repeat gets it again and drives nothing', async (t) => {
  const { client, drives } = await startCounted(t, { fake: { FAKE_DRIVER_MISBEHAVE: 'unavailable' } });
  const first = await failureOf(callDriver(client, task('a')));
  const again = await failureOf(callDriver(client, task('a')));
  assert.deepEqual([first.code, again.code], [grpcStatus.UNAVAILABLE, grpcStatus.UNAVAILABLE]);
  assert.deepEqual(readStatusDetails(again.metadata), readStatusDetails(first.metadata));
  assert.equal(readStatusDetails(again.metadata).errorInfo?.metadata['retry'], 'unsafe');
  assert.deepEqual(drives(), ['a']);
});

test('a failure after which the driver may run again is not given to the re-send that it invites to', async (t) => {
  const { client, drives, begun } = await startCounted(t, {
    fake: { FAKE_DRIVER_MISBEHAVE: 'unavailable' },
  });
  const root = rootRequest({ request_id: 'root' });
  const first = await failureOf(callDriver(client, root));
  assert.equal(readStatusDetails(first.metadata).errorInfo?.metadata['retry'], 'safe');
  const again = await failureOf(callDriver(client, root));
  assert.equal(readStatusDetails(again.metadata).errorInfo?.reason, 'PLATFORM_CAUSE');
  // The second run found the first one's execution, as a root driver does.
  assert.equal(begun(), 2);
  assert.equal(drives().length, 1);
});

test('a call whose deadline comes near in the queue leaves it and hears so: it was not driven', async (t) => {
  const { client, drives } = await startCounted(t, {
    env: { MAX_PROGRAMS: '1' },
    fake: { FAKE_DRIVER_DELAY_MS: '700' },
  });
  const running = callDriver(client, task('a'));
  const late = await failureOf(callDriver(client, task('b'), { deadline: Date.now() + 600 }));
  assert.equal(late.code, grpcStatus.RESOURCE_EXHAUSTED);
  const { errorInfo, retryDelayMs } = readStatusDetails(late.metadata);
  assert.deepEqual([errorInfo?.reason, errorInfo?.metadata['retry']], ['LEFT_QUEUE', 'safe']);
  assert.ok((retryDelayMs ?? 0) >= 1_000);
  await running;
  assert.deepEqual(drives(), ['a']);
  await callDriver(client, task('b'));
  assert.deepEqual(drives(), ['a', 'b']);
});

test('a call that somebody joined stays in the queue after its deadline, and both are one drive', async (t) => {
  const { client, drives } = await startCounted(t, {
    env: { MAX_PROGRAMS: '1' },
    fake: { FAKE_DRIVER_DELAY_MS: '2500' },
  });
  const running = callDriver(client, task('a'));
  const late = failureOf(callDriver(client, task('b'), { deadline: Date.now() + 1_500 }));
  const joined = callDriver(client, task('b'));
  assert.equal((await late).code, grpcStatus.DEADLINE_EXCEEDED);
  assert.equal((await joined).cached, false);
  await running;
  assert.deepEqual(drives(), ['a', 'b']);
});

test('a driver whose client went away, or ran out of time, goes on, and its answer waits', async (t) => {
  const { client, drives, log } = await startCounted(t, { fake: { FAKE_DRIVER_DELAY_MS: '500' } });
  const gone = startCall(client, task('a'));
  const late = failureOf(callDriver(client, task('b'), { deadline: Date.now() + 300 }));
  await late;
  gone.cancel();
  await failureOf(gone.answer);
  const answers = await Promise.all(['a', 'b'].map((name) => callDriver(client, task(name))));
  assert.deepEqual(
    answers.map(({ cached }) => cached),
    [false, false],
  );
  assert.deepEqual(drives().sort(), ['a', 'b']);
  await until(() => log.filter(({ clientGone }) => clientGone === true).length === 2);
});

test('the same request_id with another content is INVALID_ARGUMENT and drives nothing', async (t) => {
  const { client, drives } = await startCounted(t);
  await callDriver(client, task('a'));
  const failure = await failureOf(callDriver(client, { ...task('a'), task: '{"taskInfo":{"name":"b"}}' }));
  assert.equal(failure.code, grpcStatus.INVALID_ARGUMENT);
  assert.match(failure.details, /^request_id was used before/);
  assert.deepEqual(drives(), ['a']);
});
