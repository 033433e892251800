import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus } from '@grpc/grpc-js';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { recordProperty, voidedProperty } from '../../../src/server/ledger/execution-record.js';
import { asLauncher } from '../../support/as-launcher.js';
import { failureOf } from '../../support/call-driver.js';
import type { StoredRow } from '../../support/fake-metadata-store.js';
import { type StoreKind, skipOf, startStore } from '../../support/metadata-stores.js';
import { rootRequest } from '../program-engine/fixtures.js';
import { driveInPod, startDurable, startWorld } from './durable-world.js';

type World = Awaited<ReturnType<typeof startWorld>>;

/** A test against the fake store, and against ML Metadata's own where Python has it. */
function onBoth(title: string, run: (t: TestContext, kind: StoreKind) => Promise<void>) {
  for (const kind of ['fake', 'real'] as const) {
    test(`${title} (${kind} store)`, { skip: skipOf(kind) }, (t) => run(t, kind));
  }
}

const stateOf = (row: StoredRow | undefined) => row?.last_known_state;
const text = (row: StoredRow | undefined, property: string) => row?.custom_properties[property]?.string_value;
const parentOf = (row: StoredRow | undefined) => row?.custom_properties['parent_dag_id']?.int_value;
const idsOf = (rows: readonly StoredRow[]) => rows.map(({ id }) => id);

async function refused({ server, listOf, rootId }: World, request: ExecuteRequest__Output, id: string) {
  const before = idsOf(await listOf(rootId));
  const failure = await failureOf(server.drive(request));
  assert.equal(failure.code, grpcStatus.FAILED_PRECONDITION, failure.details);
  assert.match(failure.details, RegExp(`execution ${id} `));
  const { errorInfo } = readStatusDetails(failure.metadata);
  assert.deepEqual([errorInfo?.reason, errorInfo?.metadata['executionId']], ['EXECUTION_UNKNOWN', id]);
  assert.deepEqual(idsOf(await listOf(rootId)), before);
}

onBoth('none: a task that nobody drove is driven, and its answer is on its execution', async (t, kind) => {
  const { server, task, rootId, listOf } = await startWorld(t, kind);
  const { execution_id } = await server.drive(task());
  const rows = await listOf(rootId);
  assert.deepEqual(idsOf(rows), [execution_id]);
  const record = JSON.parse(text(rows[0], recordProperty) ?? '');
  assert.deepEqual(Object.keys(record).sort(), ['answer', 'fingerprint', 'request_id']);
  assert.equal(record.request_id, 'request-1');
  // What KFP wrote is as it was.
  assert.deepEqual([stateOf(rows[0]), text(rows[0], 'task_name')], ['RUNNING', 'print']);
  assert.ok(rows[0]?.custom_properties['inputs']?.struct_value);
});

onBoth(
  'replay: whatever the request_id, the task has its very answer again, from another server too',
  async (t, kind) => {
    const world = await startWorld(t, kind);
    const asked = [
      world.task({ node_name: 'n1' }),
      world.dag({ task_name: 'loop', node_name: 'n2' }),
      world.dag({ task_name: 'loop', node_name: 'n3', iteration_index: 0, request_id: 'other' }),
    ].map((request, index) => ({ ...request, request_id: `first-${index}` }));
    const first = await Promise.all(asked.map(world.server.drive));
    await asLauncher(world.store, first[0]?.execution_id ?? '', 'COMPLETE');
    const again = asked.map((request, index) => ({
      ...request,
      request_id: `second-${index}`,
      // KFP's Retry may make the workflow anew.
      workflow: { name: 'hello-abc', namespace: 'kubeflow', uid: 'uid-2' },
      pipeline_job_create_time_utc: '2026-02-02T00:00:00Z',
    }));
    assert.deepEqual(await Promise.all(again.map(world.server.drive)), first);
    const successor = await world.restart();
    assert.deepEqual(await Promise.all(again.map(successor.drive)), first);
    assert.equal((await world.listOf(world.rootId)).length, 3);
  },
);

onBoth(
  'supersede: another attempt of an unnamed execution takes the first one out of its DAG',
  async (t, kind) => {
    const { server, task, store, listOf, rootId, all } = await startWorld(t, kind);
    const { execution_id: first = '' } = await server.drive(task({ node_name: 'dag(0).print' }));
    await asLauncher(store, first, 'COMPLETE');
    const next = task({ node_name: 'dag(1).print', request_id: 'request-2' });
    const { execution_id: second = '' } = await server.drive(next);
    assert.notEqual(second, first);
    assert.deepEqual(idsOf(await listOf(rootId)), [second]);
    const old = (await all()).find(({ id }) => id === first);
    assert.deepEqual(
      [parentOf(old), stateOf(old), text(old, voidedProperty), text(old, 'pod_name')],
      [`-${rootId}`, 'COMPLETE', 'superseded', 'pod-1'],
    );
    assert.ok(old?.custom_properties['outputs']?.struct_value);
  },
);

onBoth(
  'run again: another attempt of a named execution finds it, and nothing is taken out',
  async (t, kind) => {
    const { server, task, listOf, rootId } = await startWorld(t, kind, { fake: { FAKE_DRIVER_NAMED: '1' } });
    const { execution_id: first } = await server.drive(task({ node_name: 'dag(0).print' }));
    const next = task({ node_name: 'dag(1).print', request_id: 'request-2' });
    assert.equal((await server.drive(next)).execution_id, first);
    assert.deepEqual(idsOf(await listOf(rootId)), [first]);
  },
);

onBoth('foreign: a sibling of the same name is driven, and neither execution is touched', async (t, kind) => {
  const { server, task, listOf, rootId } = await startWorld(t, kind);
  const sibling = task({ request_id: 'request-2', container: '{"image":"python:3.12"}' });
  const ids = [(await server.drive(task())).execution_id, (await server.drive(sibling)).execution_id];
  const rows = await listOf(rootId);
  assert.deepEqual(idsOf(rows), ids);
  assert.deepEqual(
    rows.map((row) => [stateOf(row), text(row, voidedProperty)]),
    [
      ['RUNNING', undefined],
      ['RUNNING', undefined],
    ],
  );
});

const orphans: { name: string; variables: Record<string, string>; state: string }[] = [
  { name: 'RUNNING', variables: {}, state: 'RUNNING' },
  {
    name: 'CANCELED, as its condition is false',
    variables: { FAKE_DRIVER_CONDITION: 'false' },
    state: 'CANCELED',
  },
  { name: 'CACHED by its driver', variables: { FAKE_DRIVER_CACHED: '1' }, state: 'CACHED' },
];
for (const { name, variables, state } of orphans) {
  onBoth(
    `orphan: an execution that is ${name} and has no pod is voided, and the task runs`,
    async (t, kind) => {
      const { server, task, store, listOf, rootId, all } = await startWorld(t, kind);
      const request = task({ task: '{"taskInfo":{"name":"print"},"triggerPolicy":{"condition":"1"}}' });
      const orphan = await driveInPod(t, store, request, variables);
      assert.equal(stateOf((await listOf(rootId))[0]), state);
      const { execution_id = '' } = await server.drive(request);
      assert.deepEqual(idsOf(await listOf(rootId)), [execution_id]);
      const voided = (await all()).find(({ id }) => id === orphan);
      assert.deepEqual(
        [parentOf(voided), stateOf(voided), text(voided, voidedProperty)],
        [`-${rootId}`, 'CANCELED', 'orphan'],
      );
      const line = server.log.find(({ outcome }) => outcome === 'voided');
      assert.deepEqual([line?.['level'], line?.['executions']], ['warn', orphan]);
    },
  );
}

onBoth(
  'orphan: a DAG without children is voided; one with children is not, and the task is refused',
  async (t, kind) => {
    const world = await startWorld(t, kind);
    const { server, dag, store, listOf, rootId } = world;
    await driveInPod(t, store, dag({ task_name: 'childless' }));
    const { execution_id } = await server.drive(dag({ task_name: 'childless', request_id: 'a' }));
    const parent = await driveInPod(t, store, dag({ task_name: 'parent' }));
    await driveInPod(t, store, dag({ task_name: 'child', dag_execution_id: parent }));
    await refused(world, dag({ task_name: 'parent', request_id: 'b' }), parent);
    assert.deepEqual(idsOf(await listOf(rootId)), [execution_id, parent]);
  },
);

onBoth(
  "orphan: a pod driver's execution is not touched once its launcher has it, and the task is refused",
  async (t, kind) => {
    const world = await startWorld(t, kind);
    for (const state of ['RUNNING', 'COMPLETE'] as const) {
      const request = world.task({ task_name: state, request_id: state });
      const id = await driveInPod(t, world.store, request);
      await asLauncher(world.store, id, state, state === 'RUNNING' ? 'pod-1' : '');
      await refused(world, request, id);
      const row = (await world.listOf(world.rootId)).find((candidate) => candidate.id === id);
      assert.deepEqual([stateOf(row), text(row, voidedProperty)], [state, undefined]);
    }
  },
);

onBoth('orphan: an execution of another type is not touched, and the task is refused', async (t, kind) => {
  const world = await startWorld(t, kind);
  const id = await driveInPod(t, world.store, world.dag());
  await refused(world, world.task(), id);
});

onBoth('orphan: a named execution is never voided: the driver runs again and finds it', async (t, kind) => {
  const variables = { FAKE_DRIVER_NAMED: '1' };
  const { server, task, store, listOf, rootId } = await startWorld(t, kind, { fake: variables });
  const id = await driveInPod(t, store, task(), variables);
  assert.equal((await server.drive(task())).execution_id, id);
  const rows = await listOf(rootId);
  assert.deepEqual(idsOf(rows), [id]);
  assert.equal(text(rows[0], voidedProperty), undefined);
});

for (const version of ['2.16', '2.17']) {
  onBoth(
    `a root driver of KFP ${version} is answered from its execution and never run again`,
    async (t, kind) => {
      const store = await startStore(t, kind);
      const more = { fake: { FAKE_DRIVER_VERSION: version } };
      const server = await startDurable(t, store, more);
      const first = await server.drive(rootRequest({ request_id: 'a' }));
      assert.deepEqual(await server.drive(rootRequest({ request_id: 'b' })), first);
      const podDriven = await driveInPod(t, store, rootRequest({ run_id: 'run-2' }));
      const successor = await startDurable(t, store, {
        fake: { ...more.fake, FAKE_DRIVER_MISBEHAVE: 'verdict' },
      });
      assert.deepEqual(await successor.drive(rootRequest({ request_id: 'c' })), first);
      const second = await successor.drive(rootRequest({ request_id: 'd', run_id: 'run-2' }));
      assert.deepEqual(second, { ...first, execution_id: podDriven });
    },
  );
}

const volume = { container: '{"image":"argostub/createpvc"}', task_name: 'createpvc' };

onBoth(
  'a volume task is answered from its record, from another server too, and never run again',
  async (t, kind) => {
    const world = await startWorld(t, kind);
    const first = await world.server.drive(world.task(volume));
    assert.equal(first.execution_id, undefined);
    const successor = await world.restart();
    assert.deepEqual(await successor.drive(world.task({ ...volume, request_id: 'again' })), first);
    assert.equal((await world.listOf(world.rootId)).length, 1);
  },
);

onBoth('a volume task whose execution has no record is neither run nor voided', async (t, kind) => {
  const world = await startWorld(t, kind);
  const id = await driveInPod(t, world.store, { ...world.task(volume), container: '{"image":"python"}' });
  await refused(world, world.task(volume), id);
});

onBoth('nothing is driven or written under a run of another namespace', async (t, kind) => {
  const store = await startStore(t, kind);
  const root = await driveInPod(t, store, rootRequest(), { FAKE_DRIVER_METADATA: 'tenant-b' });
  const before = await store.executionsOf('run-1');
  const server = await startDurable(t, store);
  for (const request of [
    rootRequest({ request_id: 'root' }),
    { ...rootRequest(), type: 'DRIVER_TYPE_DAG' as const, dag_execution_id: root, task: '{}' },
  ]) {
    const failure = await failureOf(server.drive(request));
    assert.equal(failure.code, grpcStatus.PERMISSION_DENIED);
    assert.equal(readStatusDetails(failure.metadata).errorInfo?.reason, 'RUN_ELSEWHERE');
  }
  assert.deepEqual(await store.executionsOf('run-1'), before);
});
