// What the ledger in ML Metadata adds to a task: its look-up and its write, against ML Metadata's own store. Needs a Python
// with ml-metadata and grpcio (ML_METADATA_PYTHON). Tasks of one DAG, one after the other, as its executions become more; in
// between two bare calls, the least that a look-up and a write can take on this machine just now.
import { randomBytes } from 'node:crypto';
import type { ExecuteRequest__Output } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { executeMethod } from '../../src/server/grpc/received-request.js';
import { createMemoryLedger } from '../../src/server/ledger/memory-ledger.js';
import { createMetadataLedger } from '../../src/server/ledger/metadata-ledger.js';
import { createMetadataStore } from '../../src/server/metadata-store/metadata-store.js';
import { connectStore, skipOf, startRealStore } from '../../test/support/metadata-stores.js';

const tasks = 200;
/** So much noise makes a record of 950 characters, as KFP's real driver has them in the middle. */
const noiseCharacters = 1_200;

const skip = skipOf('real');
if (skip === false) {
  await measure();
} else {
  process.stdout.write(`skipped: ${skip}\n`);
}

async function measure(): Promise<void> {
  const { port, stop } = await startRealStore();
  const { call, close } = connectStore(port);
  const store = createMetadataStore({ host: '127.0.0.1', port, tlsEnabled: false, caCertPath: '' });
  const silent = { error() {}, warn() {}, info() {}, debug() {} };
  const ledger = createMetadataLedger({
    store,
    memory: createMemoryLedger(silent),
    namespace: 'kubeflow',
    knowsTaskName: true,
    serialize: executeMethod.responseSerialize,
    deserialize: executeMethod.responseDeserialize,
    maxAnswerBytes: 4 << 20,
    logger: silent,
  });
  const makeExecution = await setRun(call);
  const addedMs: number[] = [];
  const bareMs: number[] = [];
  let cpuMs = 0;
  for (let index = 0; index < tasks; index += 1) {
    const request = requestOf(index);
    const asked = { key: `${index}`, fingerprint: 'f', request };
    const [beganMs, before] = [performance.now(), process.cpuUsage()];
    await ledger.claim(asked);
    const claimedMs = performance.now();
    cpuMs += cpuMsSince(before);
    const execution_id = await makeExecution(`task-${index}`);
    const pod_spec_patch = randomBytes(noiseCharacters / 2).toString('hex');
    const response = executeMethod.responseSerialize({ execution_id, pod_spec_patch });
    const [drivenMs, driven] = [performance.now(), process.cpuUsage()];
    await ledger.finish(asked, { kind: 'answered', response });
    addedMs.push(claimedMs - beganMs + performance.now() - drivenMs);
    cpuMs += cpuMsSince(driven);
    const bareBeganMs = performance.now();
    await call('GetExecutionsByID', { execution_ids: [] });
    await call('GetExecutionsByID', { execution_ids: [] });
    bareMs.push(performance.now() - bareBeganMs);
  }
  store.close();
  close();
  await stop();
  process.stdout.write(
    `ledger: ${tasks} tasks of one DAG, added p50 ${at(addedMs, 0.5)} ms, p95 ${at(addedMs, 0.95)} ms; ` +
      `two bare calls p50 ${at(bareMs, 0.5)} ms; this process ${(cpuMs / tasks).toFixed(1)} ms of CPU a task\n`,
  );
}

function at(figures: readonly number[], fraction: number): string {
  const sorted = [...figures].sort((left, right) => left - right);
  return (sorted[Math.floor(fraction * sorted.length)] ?? 0).toFixed(1);
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** A run with a root; resolves with what makes an execution below it, as KFP's driver does. */
async function setRun(call: ReturnType<typeof connectStore>['call']) {
  const { type_id: runType } = await call('PutContextType', { context_type: { name: 'system.PipelineRun' } });
  const named = {
    type_id: runType,
    name: 'run-1',
    custom_properties: { namespace: { string_value: 'kubeflow' } },
  };
  await call('PutContexts', { contexts: [named] });
  const run = { type_name: 'system.PipelineRun', context_name: 'run-1' };
  const { context } = await call('GetContextByTypeAndName', run);
  const { type_id } = await call('PutExecutionType', {
    execution_type: { name: 'system.ContainerExecution' },
  });
  return async (name: string): Promise<string> => {
    const custom_properties = {
      task_name: { string_value: name },
      display_name: { string_value: name },
      parent_dag_id: { int_value: '7' },
      inputs: { struct_value: { fields: { a: { stringValue: 'x'.repeat(500) } } } },
      pod_name: { string_value: '' },
    };
    const execution = { type_id, last_known_state: 'RUNNING', custom_properties };
    return (await call('PutExecution', { execution, contexts: [context] })).execution_id;
  };
}

function requestOf(index: number): ExecuteRequest__Output {
  return {
    request_id: `request-${index}`,
    workflow: { name: 'hello', namespace: 'kubeflow', uid: 'uid-1' },
    type: 'DRIVER_TYPE_CONTAINER',
    run_id: 'run-1',
    task_name: `task-${index}`,
    dag_execution_id: '7',
    iteration_index: -1,
    container: '{"image":"python:3.11"}',
  };
}
