import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus } from '@grpc/grpc-js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { recordProperty } from '../../../src/server/ledger/execution-record.js';
import { failureOf } from '../../support/call-driver.js';
import { type StoreCall, StoreFailure } from '../../support/fake-metadata-store.js';
import { connectStore, startStore } from '../../support/metadata-stores.js';
import { fake as fakeProgram, runServerProgram } from '../../support/start-server-program.js';
import { until } from '../../support/until.js';
import { rootRequest } from '../program-engine/fixtures.js';
import { asDag, driveInPod, listOf, startDurable, startWorld } from './durable-world.js';

const isServers = ({ caller }: StoreCall) => caller !== 'driver';
const isWrite = ({ method, caller }: StoreCall) => method === 'PutExecutions' && caller !== 'driver';

async function startFake(
  ...[t, options]: [Parameters<typeof startWorld>[0], Parameters<typeof startWorld>[2]?]
) {
  const { fake, ...world } = await startWorld(t, 'fake', options);
  assert.ok(fake);
  return { ...world, fake };
}

/** What the server itself asks of the store, but for the watch's question whether it is there. */
const asked = (calls: readonly StoreCall[]) =>
  calls.filter((call) => isServers(call) && call.method !== 'GetContextType').map(({ method }) => method);

test("the ledger makes two calls more for a task than KFP's driver does", async (t) => {
  const { fake, server, task, dag } = await startFake(t);
  assert.deepEqual(asked(fake.calls), ['GetContextByTypeAndName', 'GetContextByTypeAndName']);
  // The ids of the two types are asked for once.
  await server.drive(task({ task_name: 'first', request_id: 'first' }));
  await server.drive(dag({ task_name: 'second', request_id: 'second' }));
  fake.calls.length = 0;
  for (const name of ['a', 'b', 'c']) {
    await server.drive(task({ task_name: name, request_id: name }));
    await server.drive(dag({ task_name: `dag-${name}`, request_id: `dag-${name}` }));
  }
  const each = ['GetExecutionsByContext', 'PutExecutions'];
  assert.deepEqual(asked(fake.calls), Array(6).fill(each).flat());
});

test('a repeat of a request_id is answered from memory, without a question to the store', async (t) => {
  const { fake, server, task } = await startFake(t);
  const first = await server.drive(task());
  fake.calls.length = 0;
  assert.deepEqual(await server.drive(task()), first);
  assert.deepEqual(asked(fake.calls), []);
});

/** A root with 250 tasks of other names, and how often a second server lists its executions for a task that was driven. */
async function listsAmongSiblings(t: TestContext, task_name: string): Promise<number> {
  const { fake, server, task, rootId, restart } = await startFake(t);
  const root = fake.executions.find(({ id }) => id === rootId);
  const named = { type_name: 'system.PipelineRun', context_name: 'run-1' };
  const { call, close } = connectStore(fake.port);
  t.after(close);
  const { context } = await call('GetContextByTypeAndName', named);
  const { type_id } = await call('PutExecutionType', {
    execution_type: { name: 'system.ContainerExecution' },
  });
  assert.ok(root);
  for (let index = 0; index < 250; index += 1) {
    const custom_properties = {
      task_name: { string_value: `sibling-${index}` },
      parent_dag_id: { int_value: rootId },
    };
    await call('PutExecution', { execution: { type_id, custom_properties }, contexts: [context] });
  }
  const first = await server.drive(task({ task_name }));
  const successor = await restart();
  fake.calls.length = 0;
  assert.deepEqual(await successor.drive(task({ task_name, request_id: 'again' })), first);
  return asked(fake.calls).filter((method) => method === 'GetExecutionsByContext').length;
}

test('a task with 250 siblings is found with one question', async (t) => {
  assert.equal(await listsAmongSiblings(t, 'print-2'), 1);
});

test('a task whose name would need quoting is found too, on the third page of its DAG', async (t) => {
  assert.equal(await listsAmongSiblings(t, 'print "2"'), 3);
});

test('a task whose name differs from another one in its case alone is another task', async (t) => {
  const { server, task, listOf, rootId } = await startFake(t);
  await server.drive(task({ task_name: 'print', request_id: 'a' }));
  await server.drive(task({ task_name: 'Print', request_id: 'b' }));
  assert.equal((await listOf(rootId)).length, 2);
});

test('a loop whose driver gets no task_name is known by the name in its specification', async (t) => {
  const store = await startStore(t, 'fake');
  const version = { FAKE_DRIVER_VERSION: '2.14' };
  const server = await startDurable(t, store, { fake: version });
  const { execution_id: rootId = '' } = await server.drive(rootRequest());
  const loop = asDag(
    { ...rootRequest(), task: '{"taskInfo":{"name":"for-loop-1"}}', dag_execution_id: rootId },
    { task_name: '', request_id: 'loop' },
  );
  const orphan = await driveInPod(t, store, loop);
  const { execution_id } = await server.drive(loop);
  assert.notEqual(execution_id, orphan);
  const rows = await listOf(store, rootId);
  assert.deepEqual(
    rows.map(({ id }) => id),
    [execution_id],
  );
});

for (const status of ['ABORTED', 'UNAVAILABLE'] as const) {
  test(`a store that is ${status} for a moment is asked again`, async (t) => {
    const { fake, server, task, listOf, rootId } = await startFake(t);
    const failures = new Map([
      ['GetExecutionsByContext', 2],
      ['PutExecutions', 2],
    ]);
    fake.before = (call) => {
      const left = failures.get(call.method) ?? 0;
      if (isServers(call) && left > 0) {
        failures.set(call.method, left - 1);
        throw new StoreFailure(status, 'deadlock');
      }
    };
    await server.drive(task());
    const [row] = await listOf(rootId);
    assert.ok(row?.custom_properties[recordProperty]);
    assert.deepEqual([...failures.values()], [0, 0]);
  });
}

test('a store that does not say whether the task was driven is UNAVAILABLE, and nothing is driven', async (t) => {
  const { fake, server, task, listOf, rootId } = await startFake(t);
  fake.before = (call) => {
    if (call.method === 'GetExecutionsByContext') {
      throw new StoreFailure('INTERNAL', 'mysql_query failed: errno: 2006');
    }
  };
  const failure = await failureOf(server.drive(task()));
  assert.equal(failure.code, grpcStatus.UNAVAILABLE);
  const { errorInfo, retryDelayMs } = readStatusDetails(failure.metadata);
  assert.deepEqual([errorInfo?.reason, errorInfo?.metadata['retry']], ['METADATA_AWAY', 'safe']);
  assert.ok(retryDelayMs !== undefined && retryDelayMs > 0);
  fake.before = () => {};
  assert.deepEqual(await listOf(rootId), []);
  await server.drive(task());
});

test('an answer that the store refuses goes out all the same, and the log says so once', async (t) => {
  const { fake, server, task } = await startFake(t);
  fake.before = (call) => {
    if (isWrite(call)) {
      throw new StoreFailure('INVALID_ARGUMENT', 'secret: Data too long for column');
    }
  };
  const first = await server.drive(task());
  assert.ok(first.execution_id);
  // Memory has it.
  assert.deepEqual(await server.drive(task()), first);
  const lines = server.log.filter(({ level }) => level === 'warn');
  assert.deepEqual(
    lines.map(({ message, reason, status }) => [message, reason, status]),
    [['an answer is kept in memory alone', 'ML Metadata did not take it', 'INVALID_ARGUMENT']],
  );
  assert.doesNotMatch(JSON.stringify(server.log), /secret/);
});

test('requests for one attempt at a task join, whatever their request_ids: one driver runs', async (t) => {
  const { server, task, listOf, rootId } = await startFake(t, { fake: { FAKE_DRIVER_DELAY_MS: '200' } });
  const requests = ['a', 'b', 'c'].map((request_id) => task({ request_id, node_name: 'n' }));
  const answers = await Promise.all(requests.map(server.drive));
  assert.deepEqual(new Set(answers.map(({ execution_id }) => execution_id)).size, 1);
  assert.equal((await listOf(rootId)).length, 1);
});

test('requests for two attempts at a task are driven one after the other: the second supersedes', async (t) => {
  const { server, task, listOf, rootId } = await startFake(t, { fake: { FAKE_DRIVER_DELAY_MS: '200' } });
  const first = server.drive(task({ request_id: 'a', node_name: 'dag(0)' }));
  await until(() => server.log.some(({ requestId, outcome }) => requestId === 'a' && outcome === 'none'));
  const second = await server.drive(task({ request_id: 'b', node_name: 'dag(1)' }));
  await first;
  assert.deepEqual(
    (await listOf(rootId)).map(({ id }) => id),
    [second.execution_id],
  );
});

test('a record that another version wrote is not overwritten: the task is refused', async (t) => {
  const { fake, server, task, listOf, rootId, restart } = await startFake(t);
  await server.drive(task());
  const [row] = await listOf(rootId);
  assert.ok(row);
  const { call, close } = connectStore(fake.port);
  t.after(close);
  const { [recordProperty]: record, ...others } = row.custom_properties;
  const custom_properties = { ...others, driver_plugin_record_v2: record };
  await call('PutExecution', { execution: { ...row, custom_properties } });
  const successor = await restart();
  const failure = await failureOf(successor.drive(task({ request_id: 'again' })));
  assert.equal(failure.code, grpcStatus.FAILED_PRECONDITION);
  assert.match(failure.details, /a record that this version cannot read/);
  assert.equal((await listOf(rootId)).length, 1);
});

test('a draining server answers what its predecessor drove, and drives nothing new', async (t) => {
  const { server, task, restart } = await startFake(t);
  const first = await server.drive(task());
  const successor = await restart({ env: { REPEAT_GRACE_SECONDS: '5' } });
  await successor.drive(task({ task_name: 'other', request_id: 'other' }));
  successor.kill('SIGTERM');
  await until(async () => {
    // Another task each time: one that was driven before the signal came is answered after it.
    const name = `new-${Math.random()}`;
    const failure = await successor.drive(task({ task_name: name, request_id: name })).then(
      () => undefined,
      (error) => error,
    );
    return failure?.code === grpcStatus.UNAVAILABLE;
  });
  assert.deepEqual(await successor.drive(task({ request_id: 'again' })), first);
});

const faulty: { name: string; env: Record<string, string>; says: RegExp }[] = [
  {
    name: 'the fake engine',
    env: { ENGINE: 'memory' },
    says: /LEDGER=mlmd needs ENGINE=program/,
  },
  {
    name: 'a driver that keeps its tasks elsewhere',
    env: { FAKE_DRIVER_VERSION: '3.0', DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_VERSION' },
    says: /LEDGER=mlmd needs a driver that uses ML Metadata: unset LEDGER \(.* has no flag mlmd_server_address\)/,
  },
];
for (const { name, env, says } of faulty) {
  test(`a ledger in ML Metadata is refused for ${name}`, async () => {
    const laptop = { NAMESPACE: 'kubeflow', ALLOW_UNAUTHENTICATED: 'true', DRIVER_PROGRAM: fakeProgram };
    const { exitCode, stderr } = await runServerProgram([], { ...laptop, LEDGER: 'mlmd', ...env });
    assert.equal(exitCode, 78);
    assert.match(stderr, says);
  });
}

for (const { name, request, retry } of [
  { name: 'a task', request: {}, retry: 'safe' },
  { name: 'a volume task', request: { container: '{"image":"argostub/createpvc"}' }, retry: 'unsafe' },
]) {
  test(`${name} whose driver was killed after it wrote is ${retry} to send again`, async (t) => {
    const { server, task, listOf, rootId } = await startFake(t, {
      fake: { FAKE_DRIVER_MISBEHAVE: 'crash', FAKE_DRIVER_MISBEHAVE_TASK: 'print' },
    });
    const failure = await failureOf(server.drive(task(request)));
    assert.equal(failure.code, grpcStatus.ABORTED);
    assert.equal(readStatusDetails(failure.metadata).errorInfo?.metadata['retry'], retry);
    assert.equal((await listOf(rootId)).length, 1);
  });
}
