import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { drivenTaskOf, keyOfTask } from '../../../src/server/ledger/driven-task.js';
import { containerRequest, rootRequest } from '../program-engine/fixtures.js';

const taskOf = (more: Partial<ExecuteRequest__Output> = {}, knowsTaskName = true) => {
  const task = drivenTaskOf(containerRequest(more), knowsTaskName);
  assert.ok(task);
  return task;
};

const same: { name: string; change: Partial<ExecuteRequest__Output> }[] = [
  { name: 'its request_id', change: { request_id: 'other' } },
  { name: 'its workflow object', change: { workflow: { name: 'w', namespace: 'kubeflow', uid: 'other' } } },
  { name: 'when the workflow was made', change: { pipeline_job_create_time_utc: '2027-01-01T00:00:00Z' } },
  { name: 'what its author would connect to', change: { untrusted_overrides: { log_level: '5' } } },
  { name: 'its node', change: { node_name: 'n' } },
];
for (const { name, change } of same) {
  test(`a request that differs in ${name} alone asks for the same`, () => {
    assert.equal(taskOf(change).fingerprint, taskOf().fingerprint);
  });
}

const other: Partial<ExecuteRequest__Output>[] = [
  { component: '{}' },
  { task: '{}' },
  { container: '{}' },
  { kubernetes_config: '{}' },
  { cache_disabled: true },
  { extra_args: { a: 'b' } },
];
for (const change of other) {
  test(`a request with another ${Object.keys(change)} asks for something else`, () => {
    assert.notEqual(taskOf(change).fingerprint, taskOf().fingerprint);
    assert.equal(keyOfTask(taskOf(change)), keyOfTask(taskOf()));
  });
}

test('run, parent, name and iteration are the key of a task', () => {
  const changes = [{ run_id: 'r' }, { dag_execution_id: '8' }, { task_name: 'n' }, { iteration_index: 0 }];
  const keys = new Set([{}, ...changes].map((change) => keyOfTask(taskOf(change))));
  assert.equal(keys.size, 5);
});

test('the name in the specification counts where the driver is given no task_name', () => {
  const task = '{"taskInfo":{"name":"in-spec"}}';
  assert.equal(taskOf({ task }).name, 'print');
  assert.equal(taskOf({ task, task_name: '' }).name, 'in-spec');
  assert.equal(taskOf({ task }, false).name, 'in-spec');
  assert.equal(taskOf({ task: 'no JSON', task_name: '' }).name, '');
});

test('a task of no run or of no DAG is none that ML Metadata could hold', () => {
  for (const change of [{ run_id: '' }, { dag_execution_id: '0' }, { dag_execution_id: '-7' }]) {
    assert.equal(drivenTaskOf(containerRequest(change), true), undefined);
  }
  assert.equal(drivenTaskOf(rootRequest(), true)?.parentId, '0');
});

test("the images of KFP's volume tasks are known, and no others", () => {
  assert.equal(taskOf({ container: '{"image":"argostub/createpvc"}' }).isVolumeTask, true);
  assert.equal(taskOf({ container: '{"image":"argostub/deletepvc"}' }).isVolumeTask, true);
  assert.equal(taskOf({ container: '{"image":"argostub/other"}' }).isVolumeTask, false);
  assert.equal(taskOf({ container: '{"image":"a","args":["argostub/createpvc"]}' }).isVolumeTask, false);
});
