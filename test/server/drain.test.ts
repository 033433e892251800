import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { readStatusDetails } from '../../src/contract/status-details.js';
import { until } from '../support/agent.js';
import { callDriver, failureOf, startCall } from '../support/call-driver.js';
import { startServerProgram, testFolder } from '../support/start-server-program.js';
import { containerRequest, readJsonLines, rootRequest } from './program-engine/fixtures.js';

const task = (task_name: string) => containerRequest({ request_id: task_name, task_name });

/** A server that runs one driver at a time, and what its drivers wrote down. */
async function startOneByOne(t: TestContext, fake: Record<string, string>, graceSeconds: string) {
  const folder = testFolder(t);
  const files = { effects: join(folder, 'effects'), begun: join(folder, 'begun') };
  const server = await startServerProgram(t, {
    env: { MAX_PROGRAMS: '1', SHUTDOWN_GRACE_SECONDS: graceSeconds },
    fake: { FAKE_DRIVER_EFFECTS: files.effects, FAKE_DRIVER_CONCURRENCY: files.begun, ...fake },
  });
  return {
    ...server,
    client: server.connect(),
    drives: () => readJsonLines(files.effects).map(({ task }) => task),
    /** Ids of the drivers that have begun. */
    begun: () =>
      readFileSync(files.begun, { encoding: 'utf8', flag: 'a+' })
        .split('\n')
        .filter((line) => line.startsWith('+'))
        .map(Number),
  };
}

const wordOf = ({ code, metadata }: ServiceError) => {
  const { errorInfo, retryDelayMs } = readStatusDetails(metadata);
  return [grpcStatus[code], errorInfo?.reason, errorInfo?.metadata['retry'], retryDelayMs !== undefined];
};

test('SIGTERM lets what runs and what waits finish, takes nothing new, and ends with 0', async (t) => {
  const server = await startOneByOne(t, { FAKE_DRIVER_DELAY_MS: '400' }, '60');
  const calls = ['a', 'b'].map((name) => callDriver(server.client, task(name)));
  await until(() => server.begun().length === 1);
  server.kill('SIGTERM');
  await until(() => server.log.some(({ message }) => message === 'ending'));

  const late = await failureOf(callDriver(server.connect(), task('c')));

  assert.equal(late.code, grpcStatus.UNAVAILABLE);
  assert.deepEqual(
    (await Promise.all(calls)).map(({ cached }) => cached),
    [false, false],
  );
  assert.deepEqual(await server.ended, [0, null]);
  assert.deepEqual(server.drives(), ['a', 'b']);
  assert.deepEqual(readdirSync(server.workDir), []);
});

test('SIGTERM waits for a driver whose client has gone', async (t) => {
  const server = await startOneByOne(t, { FAKE_DRIVER_DELAY_MS: '600' }, '60');
  const gone = startCall(server.client, task('a'));
  await until(() => server.begun().length === 1);
  gone.cancel();
  await failureOf(gone.answer);
  server.kill('SIGTERM');
  assert.deepEqual(await server.ended, [0, null]);
  assert.deepEqual(server.drives(), ['a']);
});

test('after the grace each call is told the truth: what ran may have written, what waited did not', async (t) => {
  const server = await startOneByOne(t, { FAKE_DRIVER_MISBEHAVE: 'hang-after-write' }, '0.2');
  const running = failureOf(callDriver(server.client, task('a')));
  await until(() => server.drives().length === 1);
  const joined = failureOf(callDriver(server.client, task('a')));
  const waiting = failureOf(callDriver(server.client, task('b')));
  await sleep(100);
  server.kill('SIGTERM');
  assert.deepEqual(wordOf(await running), ['ABORTED', 'SERVER_ENDING', 'unsafe', false]);
  assert.deepEqual(wordOf(await joined), ['ABORTED', 'SERVER_ENDING', 'unsafe', false]);
  assert.deepEqual(wordOf(await waiting), ['UNAVAILABLE', 'SERVER_ENDING', 'safe', true]);
  assert.deepEqual(await server.ended, [0, null]);
  const [pid = 0] = server.begun();
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  assert.deepEqual(readdirSync(server.workDir), []);
});

test('a root driver that is cut may be driven again', async (t) => {
  const server = await startOneByOne(t, { FAKE_DRIVER_MISBEHAVE: 'hang-after-write' }, '0');
  const running = failureOf(callDriver(server.client, rootRequest()));
  await until(() => server.drives().length === 1);
  server.kill('SIGTERM');
  assert.deepEqual(wordOf(await running), ['ABORTED', 'SERVER_ENDING', 'safe', false]);
});

test('a second signal ends the grace', async (t) => {
  const server = await startOneByOne(t, { FAKE_DRIVER_MISBEHAVE: 'silent' }, '600');
  const running = failureOf(callDriver(server.client, task('a')));
  await until(() => server.begun().length === 1);
  server.kill('SIGINT');
  await until(() => server.log.some(({ message }) => message === 'ending'));
  server.kill('SIGINT');
  assert.equal((await running).code, grpcStatus.ABORTED);
  assert.deepEqual(await server.ended, [0, null]);
});
