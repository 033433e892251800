import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import type { ExecuteRequest } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { createSeededRandom } from '../../../src/server/dev-driver/seeded-random.js';
import { type DevDriverOptions, startDevDriver } from '../../../src/server/dev-driver/start-dev-driver.js';
import { callDriver, createTestClient } from '../../support/call-driver.js';
import { aRequest } from '../../support/start-server.js';

const numbered = (index: number): ExecuteRequest => aRequest({ request_id: `request-${index}` });

async function start(t: TestContext, options: DevDriverOptions = {}) {
  const driver = await startDevDriver(options);
  const client = createTestClient(driver.address);
  let closed = false;
  const close = async () => {
    if (closed) {
      return;
    }
    closed = true;
    client.close();
    await driver.close();
  };
  t.after(close);
  const call = (request = aRequest()) => callDriver(client, request);
  /** Names of the statuses of `count` calls, one after the other, each with a request_id of its own. */
  const statusesOf = async (count: number): Promise<(string | undefined)[]> => {
    const statuses: (string | undefined)[] = [];
    for (let index = 0; index < count; index += 1) {
      const status = await call(numbered(index)).then(
        () => grpcStatus.OK,
        (error: ServiceError) => error.code,
      );
      statuses.push(grpcStatus[status]);
    }
    return statuses;
  };
  return { ...driver, close, call, statusesOf };
}

function idsFileOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'dev-driver-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'ids.jsonl');
}

test('what was driven is recorded once, however often it was asked for', async (t) => {
  const { call, drives } = await start(t);
  await Promise.all([call(), call(), call(numbered(2))]);
  await call();
  assert.deepEqual(drives(), [
    { requestId: 'request-1', uid: 'uid-1', type: 'DRIVER_TYPE_DAG', task: 'train' },
    { requestId: 'request-2', uid: 'uid-1', type: 'DRIVER_TYPE_DAG', task: 'train' },
  ]);
});

test('the first calls fail when asked to, with status and RetryInfo, and nothing of them is kept', async (t) => {
  const { call, drives } = await start(t, { failFirst: 2, status: 'RESOURCE_EXHAUSTED', retryInfoMs: 1_500 });
  for (const _ of [1, 2]) {
    const refusal = await call().then(assert.ok, (error: ServiceError) => error);
    assert.equal(refusal?.code, grpcStatus.RESOURCE_EXHAUSTED);
    assert.deepEqual(refusal && readStatusDetails(refusal.metadata), { retryDelayMs: 1_500 });
  }
  assert.equal((await call()).execution_id, '1');
  assert.equal(drives().length, 1);
});

test('a fraction of calls fails, the same ones for the same seed', async (t) => {
  const options: DevDriverOptions = { probability: 0.5, status: 'ABORTED', seed: 7 };
  const statuses = await (await start(t, options)).statusesOf(40);
  assert.deepEqual(new Set(statuses), new Set(['OK', 'ABORTED']));
  assert.deepEqual(await (await start(t, options)).statusesOf(40), statuses);
  assert.notDeepEqual(await (await start(t, { ...options, seed: 8 })).statusesOf(40), statuses);
});

test('a failing call without a RetryInfo has none', async (t) => {
  const { call } = await start(t, { probability: 1 });
  await assert.rejects(call(), ({ code, metadata }: ServiceError) => {
    assert.equal(code, grpcStatus.UNAVAILABLE);
    assert.deepEqual(readStatusDetails(metadata), {});
    return true;
  });
});

test('a lost answer was driven and is kept', async (t) => {
  const { statusesOf, drives } = await start(t, { loseAnswers: 0.5, seed: 3 });
  const first = await statusesOf(20);
  assert.deepEqual(new Set(first), new Set(['OK', 'UNAVAILABLE']));
  assert.equal(drives().length, 20);
  await statusesOf(20);
  assert.equal(drives().length, 20);
});

test('a drive takes its time, and the end of the server ends it undriven', async (t) => {
  const { call, close, drives } = await start(t, { delay: () => 60_000 });
  const pending = assert.rejects(call(), { code: grpcStatus.UNAVAILABLE });
  await close();
  await pending;
  assert.deepEqual(drives(), []);
});

test('a hundred drives at a time are no leak of listeners', async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const { call, drives } = await start(t, { delay: () => 50 });
  await Promise.all(Array.from({ length: 100 }, (_, index) => call(numbered(index))));
  assert.equal(drives().length, 100);
  assert.deepEqual(warnings, []);
});

test('unknown outputs come back under their own names', async (t) => {
  const { call } = await start(t, { extraOutputs: JSON.parse('{"new-output":"1","__proto__":"p"}') });
  const { extra_outputs: outputs } = await call();
  assert.deepEqual(Object.entries(outputs ?? {}), [
    ['new-output', '1'],
    ['__proto__', 'p'],
  ]);
});

test('a driver with an ids file remembers answers, parents and ids across its death', async (t) => {
  const idsFile = idsFileOf(t);
  const root = aRequest({
    type: 'DRIVER_TYPE_ROOT_DAG',
    runtime_config: '{"parameterValues":{"xs":[1,2,3]}}',
  });
  const before = await start(t, { idsFile });
  const answer = await before.call(root);
  await before.close();

  const after = await start(t, { idsFile });
  assert.deepEqual(await after.call(root), answer);
  assert.deepEqual(after.drives(), []);
  const task =
    '{"parameterIterator":{"items":{"inputParameter":"xs"}},"inputs":{"parameters":{"xs":{"componentInputParameter":"xs"}}}}';
  const loop = await after.call(aRequest({ request_id: 'loop', dag_execution_id: '1', task }));
  assert.deepEqual(loop, { execution_id: '2', iteration_count: 3 });
  assert.equal(readFileSync(idsFile, 'utf8').trim().split('\n').length, 2);
  assert.equal(statSync(idsFile).mode & 0o777, 0o600);
});

test('a request_id from before the death is refused for another request', async (t) => {
  const idsFile = idsFileOf(t);
  const before = await start(t, { idsFile });
  await before.call();
  await before.close();
  const after = await start(t, { idsFile });
  await assert.rejects(after.call(aRequest({ task_name: 'other' })), { code: grpcStatus.INVALID_ARGUMENT });
});

test('a torn last line is a drive that never was', async (t) => {
  const idsFile = idsFileOf(t);
  const before = await start(t, { idsFile });
  await before.call(numbered(1));
  await before.close();
  appendFileSync(idsFile, readFileSync(idsFile).subarray(0, 50));

  const after = await start(t, { idsFile });
  assert.equal((await after.call(numbered(2))).execution_id, '2');
  await after.close();
  const again = await start(t, { idsFile });
  assert.equal((await again.call(numbered(2))).execution_id, '2');
});

test('any other damage of the ids file is named by its line', async (t) => {
  const idsFile = idsFileOf(t);
  writeFileSync(idsFile, '{}\nnot json\n{}\n');
  await assert.rejects(startDevDriver({ idsFile }), /line 2 of .* is damaged/);
});

test('numbers of one seed are the same again, from 0 to 1, and spread', () => {
  const random = createSeededRandom(42);
  const numbers = Array.from({ length: 1_000 }, random);
  assert.deepEqual(Array.from({ length: 1_000 }, createSeededRandom(42)), numbers);
  assert.ok(numbers.every((number) => number >= 0 && number < 1));
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  assert.ok(Math.abs(mean - 0.5) < 0.05, `mean ${mean}`);
});
