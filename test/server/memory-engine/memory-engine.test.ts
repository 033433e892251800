import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ExecuteRequest,
  ExecuteRequest__Output,
} from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { StatusError } from '../../../src/contract/status-error.js';
import {
  createMemoryEngine,
  type MemoryEngineOptions,
} from '../../../src/server/memory-engine/memory-engine.js';
import { collectLog } from '../../support/collect-log.js';
import { aRequest } from '../../support/start-server.js';

const context = {
  requestBytes: 0,
  deadlineMs: Number.POSITIVE_INFINITY,
  joined: () => false,
  signal: new AbortController().signal,
};

function start(options: Partial<MemoryEngineOptions> = {}) {
  const logger = collectLog();
  const engine = createMemoryEngine({ logger, ...options });
  const drive = async (changes: ExecuteRequest): Promise<ExecuteResponse> => {
    const { response } = await engine.drive(aRequest(changes) as ExecuteRequest__Output, context);
    return response;
  };
  const unset = () => logger.lines.map(({ facts }) => facts['unset']);
  return { drive, unset };
}

const root = (runtimeConfig: object = {}, component: object = {}): ExecuteRequest => ({
  type: 'DRIVER_TYPE_ROOT_DAG',
  component: JSON.stringify(component),
  task: '',
  runtime_config: JSON.stringify(runtimeConfig),
  dag_execution_id: '0',
  iteration_index: -1,
});
const dag = (parent: string, task: object, more: ExecuteRequest = {}): ExecuteRequest => ({
  type: 'DRIVER_TYPE_DAG',
  task: JSON.stringify(task),
  component: '{}',
  dag_execution_id: parent,
  iteration_index: -1,
  ...more,
});
const loopOver = (items: object, inputs: object = {}) => ({
  inputs: { parameters: inputs },
  parameterIterator: { itemInput: 'item', items },
});

test('execution ids are handed out one after the other, exact beyond 2^53', async () => {
  const { drive } = start({ firstExecutionId: 9007199254740993n });
  assert.equal((await drive(root())).execution_id, '9007199254740993');
  assert.equal((await drive(root())).execution_id, '9007199254740994');
});

test('a DAG that is no loop has 0 iterations', async () => {
  const { drive, unset } = start();
  assert.deepEqual(await drive(root()), { execution_id: '1', iteration_count: 0 });
  assert.deepEqual(await drive(dag('1', {})), { execution_id: '2', iteration_count: 0 });
  assert.deepEqual(unset(), []);
});

test('a parent that this workflow does not have is FAILED_PRECONDITION', async () => {
  const { drive } = start();
  await drive(root());
  const elsewhere = { workflow: { name: 'b', namespace: 'kubeflow', uid: 'uid-2' } };
  for (const changes of [dag('5', {}), dag('1', {}, elsewhere)]) {
    await assert.rejects(drive(changes), ({ status, message }: StatusError) => {
      assert.equal(status, 'FAILED_PRECONDITION');
      assert.match(message, /^dag_execution_id /);
      return true;
    });
  }
});

test("a container is nobody's parent", async () => {
  const { drive } = start();
  await drive({ type: 'DRIVER_TYPE_CONTAINER', container: '{"image":"a"}' });
  await assert.rejects(drive(dag('1', {})), { status: 'FAILED_PRECONDITION' });
});

const runOf = {
  parameterValues: { list: [1, 2], text: '["a","b","c"]', number: 3, nested: [{ xs: [1, 2, 3, 4] }] },
};
const withDefault = { inputDefinitions: { parameters: { extra: { defaultValue: [1, 2, 3, 4, 5] } } } };
const fromParent = (name: string) => ({ xs: { componentInputParameter: name } });
const counted: { name: string; task: object; count: number }[] = [
  { name: 'a list in the task', task: loopOver({ raw: '[1, 2, 3]' }), count: 3 },
  { name: 'an empty list in the task', task: loopOver({ raw: '[]' }), count: 0 },
  {
    name: 'a list that the run was given',
    task: loopOver({ inputParameter: 'xs' }, fromParent('list')),
    count: 2,
  },
  { name: 'the text of a list', task: loopOver({ inputParameter: 'xs' }, fromParent('text')), count: 3 },
  {
    name: 'a default of the pipeline',
    task: loopOver({ inputParameter: 'xs' }, fromParent('extra')),
    count: 5,
  },
  {
    name: 'a constant of the task',
    task: loopOver({ inputParameter: 'xs' }, { xs: { runtimeValue: { constant: [7] } } }),
    count: 1,
  },
];
for (const { name, task, count } of counted) {
  test(`a loop over ${name} has ${count} iterations`, async () => {
    const { drive, unset } = start();
    await drive(root(runOf, withDefault));
    assert.equal((await drive(dag('1', task))).iteration_count, count);
    assert.deepEqual(unset(), []);
  });
}

const uncounted: { name: string; task: object }[] = [
  { name: 'a list that is none', task: loopOver({ raw: '{"a":1}' }) },
  { name: 'a list that is not valid JSON', task: loopOver({ raw: '[1,' }) },
  { name: 'a number', task: loopOver({ inputParameter: 'xs' }, fromParent('number')) },
  { name: 'an input that nobody knows', task: loopOver({ inputParameter: 'xs' }, fromParent('__proto__')) },
  {
    name: "another task's output",
    task: loopOver({ inputParameter: 'xs' }, { xs: { taskOutputParameter: { producerTask: 'a' } } }),
  },
  { name: 'artifacts', task: { artifactIterator: { itemInput: 'item', items: { inputArtifact: 'xs' } } } },
];
for (const { name, task } of uncounted) {
  test(`the iterations of a loop over ${name} are left unset, and the log says so`, async () => {
    const { drive, unset } = start();
    await drive(root(runOf, withDefault));
    assert.deepEqual(await drive(dag('1', task)), { execution_id: '2' });
    assert.deepEqual(unset(), ['iteration_count']);
  });
}

test('an iteration iterates no more, and its item is what a loop inside of it may iterate', async () => {
  const { drive } = start();
  await drive(root(runOf));
  const loop = loopOver({ inputParameter: 'xs' }, fromParent('nested'));
  assert.equal((await drive(dag('1', loop))).iteration_count, 1);
  assert.equal((await drive(dag('2', loop, { iteration_index: 0 }))).iteration_count, 0);
  const inner = loopOver(
    { inputParameter: 'ys' },
    { ys: { componentInputParameter: 'item', parameterExpressionSelector: 'parseJson(string_value)["xs"]' } },
  );
  assert.equal((await drive(dag('3', inner))).iteration_count, 4);
});

test('a condition is left unset, and the log says so', async () => {
  const { drive, unset } = start();
  const task = { triggerPolicy: { condition: "inputs.parameter_values['a'] == 'SENTINEL'" } };
  assert.deepEqual(await drive(dag('0', task)), { execution_id: '1', iteration_count: 0 });
  assert.deepEqual(unset(), ['condition']);
});

test('a container gets a pod spec patch with image, launcher, command and resources', async () => {
  const { drive } = start();
  const container = {
    image: 'python:3.11',
    command: ['sh', '-c'],
    args: ['echo', 'é "quoted"'],
    env: [{ name: 'A', value: 'b' }],
    resources: {
      resourceCpuLimit: '500m',
      memoryLimit: 0.5,
      resourceMemoryRequest: '1Gi',
      cpuRequest: "{{$.inputs.parameters['cpu']}}",
      accelerator: { resourceType: 'nvidia.com/gpu', resourceCount: '1' },
    },
  };
  const component = '{ "executorLabel":"exec", "n":9007199254740993 }';

  const response = await drive({
    type: 'DRIVER_TYPE_CONTAINER',
    container: JSON.stringify(container),
    component,
    run_id: 'run-1',
    pipeline_name: 'p',
  });

  assert.deepEqual([response.execution_id, response.cached], ['1', false]);
  const { containers } = JSON.parse(response.pod_spec_patch ?? '');
  const [{ command, ...main }] = containers;
  assert.deepEqual(main, {
    name: 'main',
    image: 'python:3.11',
    args: ['sh', '-c', 'echo', 'é "quoted"'],
    env: [{ name: 'A', value: 'b' }],
    resources: {
      limits: { cpu: '500m', memory: '0.5G', 'nvidia.com/gpu': '1' },
      requests: { memory: '1Gi' },
    },
  });
  assert.equal(command[0], '/kfp-launcher/launch');
  assert.equal(command.at(-1), '--');
  assert.equal(command[command.indexOf('--execution_id') + 1], '1');
  assert.equal(command[command.indexOf('--component_spec') + 1], component);
});

test('the KFP 3.0 dialect gets task ids, and knows its parents by them', async () => {
  const { drive, unset } = start();
  const first = await drive({ type: 'DRIVER_TYPE_ROOT_DAG', parent_task_id: '' });
  assert.match(first.task_id ?? '', /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  assert.equal(first.execution_id, undefined);
  const parent = { parent_task_id: first.task_id ?? '' };
  assert.equal((await drive({ type: 'DRIVER_TYPE_DAG', ...parent })).iteration_count, undefined);
  await drive({ type: 'DRIVER_TYPE_CONTAINER', ...parent });
  assert.deepEqual(unset(), ['iteration_count', 'image']);
  await assert.rejects(drive({ type: 'DRIVER_TYPE_DAG', parent_task_id: 'nobody' }), {
    status: 'FAILED_PRECONDITION',
  });
});

test('outputs that nobody knows are added to every answer', async () => {
  const { drive } = start({ extraOutputs: { trace: '1' } });
  assert.deepEqual((await drive(root())).extra_outputs, { trace: '1' });
});

const badSpecs: { name: string; changes: ExecuteRequest; field: string }[] = [
  { name: 'a task that is not valid JSON', changes: { type: 'DRIVER_TYPE_DAG', task: '{' }, field: 'task' },
  { name: 'a task that is a list', changes: { type: 'DRIVER_TYPE_DAG', task: '[]' }, field: 'task' },
  { name: 'a component that is null', changes: { ...root(), component: 'null' }, field: 'component' },
  {
    name: 'a runtime_config that is text',
    changes: { ...root(), runtime_config: '"a"' },
    field: 'runtime_config',
  },
  {
    name: 'a container that is not valid JSON',
    changes: { type: 'DRIVER_TYPE_CONTAINER', container: 'x' },
    field: 'container',
  },
];
for (const { name, changes, field } of badSpecs) {
  test(`${name} is refused by its name and takes no execution id`, async () => {
    const { drive } = start();
    await assert.rejects(drive(changes), ({ status, details }: StatusError) => {
      assert.equal(status, 'INVALID_ARGUMENT');
      assert.equal(details.fieldViolations?.[0]?.field, field);
      return true;
    });
    assert.equal((await drive(root())).execution_id, '1');
  });
}

const oddSpecs: { name: string; changes: ExecuteRequest }[] = [
  {
    name: 'lists where objects belong',
    changes: dag('0', { inputs: { parameters: [1, 2] }, triggerPolicy: [] }),
  },
  { name: 'null where objects belong', changes: dag('0', { inputs: null, parameterIterator: null }) },
  { name: 'text where objects belong', changes: root({ parameterValues: 'abc' }, { inputDefinitions: 'x' }) },
  {
    name: 'an input named __proto__',
    changes: { ...root(), runtime_config: '{"parameterValues":{"__proto__":[1]}}' },
  },
  {
    name: 'a container without image and command',
    changes: { type: 'DRIVER_TYPE_CONTAINER', container: '{"args":1,"env":{},"resources":[]}' },
  },
  {
    name: '3,000 levels of nesting',
    changes: { ...root(), component: `${'{"a":'.repeat(3e3)}1${'}'.repeat(3e3)}` },
  },
];
for (const { name, changes } of oddSpecs) {
  test(`a spec with ${name} is driven`, async () => {
    const { drive } = start();
    assert.equal((await drive(changes)).execution_id, '1');
  });
}
