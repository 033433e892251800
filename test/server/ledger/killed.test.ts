import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { recordProperty } from '../../../src/server/ledger/execution-record.js';
import type { StoreCall } from '../../support/fake-metadata-store.js';
import { testFolder } from '../../support/start-server-program.js';
import { until } from '../../support/until.js';
import { startWorld } from './durable-world.js';

const isLookUp = ({ method }: StoreCall) => method === 'GetExecutionsByContext';
const isRecord = ({ method, request }: StoreCall) =>
  method === 'PutExecutions' && JSON.stringify(request.update_mask).includes(recordProperty);

/** Holds the first call of a kind for good; `held` resolves when it has come. */
function holdFirst(is: (call: StoreCall) => boolean) {
  let come = () => {};
  const held = new Promise<void>((resolve) => {
    come = resolve;
  });
  let isFirst = true;
  const hold = async (call: StoreCall) => {
    if (isFirst && is(call)) {
      isFirst = false;
      come();
      await new Promise(() => {});
    }
  };
  return { held, hold };
}

type World = Awaited<ReturnType<typeof startWorld>>;

/** What a kill must leave: the repeat is answered, and KFP sees one execution, the answer's. */
async function answersOnce(world: World, request: ExecuteRequest__Output) {
  const successor = await world.restart({});
  const answer = await successor.drive(request);
  // The sidecar sends the same request again; Argo's agent may make a new one of it.
  const repeats = [request, { ...request, request_id: 'another' }];
  assert.deepEqual(await Promise.all(repeats.map(successor.drive)), [answer, answer]);
  const rows = await world.listOf(world.rootId);
  assert.deepEqual(
    rows.map(({ id }) => id),
    [answer.execution_id],
  );
  return { successor, answer, all: await world.all() };
}

async function startHolding(t: TestContext, is: (call: StoreCall) => boolean, when: 'before' | 'after') {
  const world = await startWorld(t, 'fake');
  const { fake } = world;
  assert.ok(fake);
  const { held, hold } = holdFirst(is);
  fake[when] = hold;
  return { world, fake, held };
}

test('killed before its look-up is answered, a server leaves a task that its successor drives once', async (t) => {
  const { world, held } = await startHolding(t, isLookUp, 'before');
  const request = world.task();
  world.server.drive(request).catch(() => {});
  await held;
  const { all } = await answersOnce(world, request);
  assert.equal(all.length, 2);
});

test('killed after the look-up, while the call waits for its driver, a server leaves a task that is driven once', async (t) => {
  const world = await startWorld(t, 'fake', {
    env: { MAX_PROGRAMS: '1' },
    fake: { FAKE_DRIVER_MISBEHAVE: 'silent', FAKE_DRIVER_MISBEHAVE_TASK: 'first' },
  });
  const looked = () => world.fake?.calls.filter(isLookUp).length ?? 0;
  world.server.drive(world.task({ task_name: 'first', request_id: 'first' })).catch(() => {});
  await until(() => looked() === 1);
  const request = world.task();
  world.server.drive(request).catch(() => {});
  await until(() => looked() === 2);
  const { all } = await answersOnce(world, request);
  assert.equal(all.length, 2);
});

test('killed while the driver runs, a server leaves one that its successor ends before it can write a twin', async (t) => {
  const pidsFile = join(testFolder(t), 'pids');
  const world = await startWorld(t, 'fake', { fake: { FAKE_DRIVER_CONCURRENCY: pidsFile } });
  const { fake, server, task } = world;
  assert.ok(fake);
  const pids = () =>
    readFileSync(pidsFile, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('+'));
  // The driver has begun, and is about to ask for its parent.
  const { held, hold } = holdFirst(
    ({ method, caller }) => method === 'GetExecutionsByID' && caller === 'driver',
  );
  fake.before = hold;
  const request = task();
  server.drive(request).catch(() => {});
  await held;
  const [, pid] = pids();
  const { successor } = await answersOnce(world, request);
  assert.equal(successor.log.find(({ ended }) => ended !== undefined)?.['ended'], 1);
  assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
});

test("killed between the driver's write and its own, a server leaves an orphan that is voided, and the task runs", async (t) => {
  const { world, held } = await startHolding(t, isRecord, 'before');
  const request = world.task();
  world.server.drive(request).catch(() => {});
  await held;
  const [orphan] = await world.listOf(world.rootId);
  const { successor, answer, all } = await answersOnce(world, request);
  assert.notEqual(answer.execution_id, orphan?.id);
  assert.equal(all.length, 3);
  const outcomes = successor.log.flatMap(({ outcome, executions }) =>
    outcome ? [[outcome, executions]] : [],
  );
  assert.deepEqual(outcomes[0], ['voided', orphan?.id]);
});

test('killed between its write and its answer, a server leaves the answer: its successor replays it', async (t) => {
  const { world, held } = await startHolding(t, isRecord, 'after');
  const request = world.task();
  world.server.drive(request).catch(() => {});
  await held;
  const [driven] = await world.listOf(world.rootId);
  const { answer, all } = await answersOnce(world, request);
  assert.equal(answer.execution_id, driven?.id);
  assert.match(answer.pod_spec_patch ?? '', RegExp(`"--execution_id","${driven?.id}"`));
  assert.equal(all.length, 2);
});
