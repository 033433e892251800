import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf, refusalOf, startBridge, theRequest } from '../support/start-bridge.js';
import { templateBody } from '../support/templates.js';

const byReference = {
  type: 'CONTAINER',
  run_id: 'run-1',
  dag_execution_id: '3',
  node: 'hello-x.root.echo-driver',
  arguments_from: 'driver-0123456789abcdef',
};

test("the name of a reference and the node's name reach the driver server as they are", async (t) => {
  const { driver, sidecar } = await startBridge(t);
  outputsOf(await sidecar.post(templateBody(byReference)));
  assert.deepEqual(theRequest(driver), {
    workflow: { name: 'hello-x', namespace: 'kubeflow', uid: 'uid-1' },
    type: 'DRIVER_TYPE_CONTAINER',
    run_id: 'run-1',
    dag_execution_id: '3',
    node_name: 'hello-x.root.echo-driver',
    arguments_from: 'driver-0123456789abcdef',
  });
});

test('what a reference cannot hold is still asked for', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const { type, node, arguments_from } = byReference;
  const message = refusalOf(await sidecar.post(templateBody({ type, node, arguments_from })), driver);
  assert.match(message, /"run_id", "dag_execution_id" is missing: CONTAINER needs it/);
});

test('an empty name of a reference is refused', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const posted = await sidecar.post(templateBody({ ...byReference, arguments_from: '' }));
  assert.match(refusalOf(posted, driver), /argument "arguments_from" is empty: CONTAINER needs it/);
});

test('arguments beside a reference are checked as ever', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const posted = await sidecar.post(templateBody({ ...byReference, task: '[]' }));
  assert.match(refusalOf(posted, driver), /argument "task" must be JSON text of an object/);
});
