import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus } from '@grpc/grpc-js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { recordProperty, voidedProperty } from '../../../src/server/ledger/execution-record.js';
import { callDriver, failureOf } from '../../support/call-driver.js';
import type { BeforeCall } from '../../support/fake-metadata-store.js';
import { startStore } from '../../support/metadata-stores.js';
import { shortLease, startLeasedServer } from '../../support/start-leased-server.js';
import { startLeasesApi } from '../../support/start-leases-api.js';
import { until } from '../../support/until.js';
import { containerRequest, rootRequest } from '../program-engine/fixtures.js';

/** Two servers with a ledger in one ML Metadata, the first of which holds the Lease and has driven the root. */
async function startPair(t: TestContext) {
  const store = await startStore(t, 'fake');
  const api = await startLeasesApi(t);
  const labels = { 'pipeline/runid': 'run-1' };
  api.workflow = { metadata: { name: 'hello-abc', namespace: 'kubeflow', uid: 'uid-1', labels } };
  const env = {
    ...shortLease,
    LEDGER: 'mlmd',
    MLMD_SERVER_PORT: String(store.port),
    FAKE_DRIVER_METADATA: 'kubeflow',
    DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_METADATA',
  };
  const first = await startLeasedServer(t, api.url, 0, env);
  await until(() => first.messages().includes('holds the lease, and drives'));
  const second = await startLeasedServer(t, api.url, 0, env);
  await until(() => second.messages().includes('waits for the lease, and drives nothing'));
  const { execution_id: rootId = '0' } = await callDriver(
    first.connect(),
    rootRequest({ request_id: 'root' }),
  );
  return { store, api, first, second, rootId };
}

/** Keeps the next call of a method from being carried out until it is released. */
function holdNext(method: string) {
  let reach = () => {};
  let release = () => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  let isHeld = false;
  const before: BeforeCall = async (call) => {
    if (call.method === method && !isHeld) {
      isHeld = true;
      reach();
      await released;
    }
  };
  return { before, reached, release };
}

/** The first server is stopped between its driver's end and its record, until the second one has driven the same task. */
async function stopBeforeRecord(t: TestContext) {
  const { store, api, first, second, rootId } = await startPair(t);
  const request = containerRequest({ dag_execution_id: rootId });
  const held = holdNext('PutExecutions');
  Object.assign(store.fake ?? {}, { before: held.before });
  const failure = failureOf(callDriver(first.connect(), request));
  await Promise.race([held.reached, failure]);
  first.kill('SIGSTOP');
  await until(() => api.holders.length === 2);
  const { execution_id: driven } = await callDriver(second.connect(), request);
  held.release();
  first.kill('SIGCONT');
  return { store, api, first, second, rootId, request, failure, driven };
}

test('a server that was stopped between its driver and its record gives no answer once the other has driven the task', async (t) => {
  const { store, rootId, failure, driven } = await stopBeforeRecord(t);
  const failed = await failure;
  const { errorInfo } = readStatusDetails(failed.metadata);
  assert.deepEqual(
    [failed.code, errorInfo?.reason, errorInfo?.metadata['retry']],
    [grpcStatus.ABORTED, 'LEASE_LOST', 'safe'],
  );
  const rows = await store.executionsOf('run-1');
  const tasks = rows.filter(
    ({ custom_properties }) => custom_properties['task_name']?.string_value === 'print',
  );
  assert.deepEqual(
    tasks.map(({ id, custom_properties: properties }) => [
      id === driven,
      properties['parent_dag_id']?.int_value,
      properties[voidedProperty]?.string_value,
      properties[recordProperty] !== undefined,
    ]),
    [
      [false, `-${rootId}`, 'orphan', true],
      [true, rootId, undefined, true],
    ],
  );
});

test('a server that has its lease again gives the answer of the one that drove meanwhile, not its own', async (t) => {
  const { store, api, first, second, request, failure, driven } = await stopBeforeRecord(t);
  await failure;
  await until(() => first.messages().includes('lost the lease, and ends what it drives'));
  second.kill('SIGKILL');
  await until(() => api.holders.length === 3);
  const before = await store.executionsOf('run-1');
  const { execution_id } = await callDriver(first.connect(), request);
  assert.equal(execution_id, driven);
  assert.deepEqual(await store.executionsOf('run-1'), before);
});
