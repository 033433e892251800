import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecuteResponse } from '../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { nodeOf, outputsOf, startBridge } from '../support/start-bridge.js';
import {
  containerArguments,
  containerOutputs,
  rootArguments,
  rootOutputs,
  templateBody,
} from '../support/templates.js';

const dagArguments = { ...containerArguments, type: 'DAG' };

const rows: {
  name: string;
  args: object;
  declared: readonly object[];
  response: ExecuteResponse;
  outputs: Record<string, string>;
}[] = [
  {
    name: 'a CONTAINER driver that says nothing gets what KFP writes then',
    args: containerArguments,
    declared: containerOutputs,
    response: {},
    outputs: { 'pod-spec-patch': '', 'cached-decision': 'false', condition: 'nil' },
  },
  {
    name: 'a ROOT_DAG driver that gives its id gets what KFP writes for the rest',
    args: rootArguments,
    declared: rootOutputs,
    response: { execution_id: '1' },
    outputs: { 'execution-id': '1', 'iteration-count': '0', condition: 'nil' },
  },
  {
    name: 'a loop has its id, its iterations and its condition',
    args: dagArguments,
    declared: rootOutputs,
    response: { execution_id: '12', iteration_count: 3, condition: true },
    outputs: { 'execution-id': '12', 'iteration-count': '3', condition: 'true' },
  },
  {
    name: 'zero, false and empty are answers, not absences',
    args: containerArguments,
    declared: containerOutputs,
    response: { execution_id: '0', condition: false, cached: false, pod_spec_patch: '' },
    outputs: { 'pod-spec-patch': '', 'cached-decision': 'false', condition: 'false', 'execution-id': '0' },
  },
  {
    name: 'a cached task says so',
    args: containerArguments,
    declared: containerOutputs,
    response: { execution_id: '9', cached: true },
    outputs: { 'pod-spec-patch': '', 'cached-decision': 'true', condition: 'nil', 'execution-id': '9' },
  },
  {
    name: 'a KFP 3.0 driver answers with a task id',
    args: { type: 'ROOT_DAG', pipeline_name: 'p', run_id: 'r', runtime_config: '', parent_task_id: '' },
    declared: [{ name: 'task-id', valueFrom: { jsonPath: '$.task-id' } }],
    response: { task_id: '0b9c8f6e-4c56' },
    outputs: { 'task-id': '0b9c8f6e-4c56' },
  },
  {
    name: 'outputs nobody has heard of arrive unchanged beside the declared ones',
    args: containerArguments,
    declared: [],
    response: { extra_outputs: { 'new-thing': ' {"a":1} ', empty: '', __proto__x: 'y' } },
    outputs: { 'new-thing': ' {"a":1} ', empty: '', __proto__x: 'y' },
  },
  {
    name: 'a declared output nobody has heard of comes from the driver',
    args: containerArguments,
    declared: [{ name: 'new-thing', valueFrom: { jsonPath: '$.new-thing', default: 'unused' } }],
    response: { extra_outputs: { 'new-thing': 'from the driver' } },
    outputs: { 'new-thing': 'from the driver' },
  },
  {
    name: 'a field of the contract wins over an extra output of the same name',
    args: containerArguments,
    declared: containerOutputs,
    response: { cached: true, extra_outputs: { 'cached-decision': 'false', condition: 'true' } },
    outputs: { 'pod-spec-patch': '', 'cached-decision': 'true', condition: 'true' },
  },
  {
    name: "the template's own default stands in where neither driver nor KFP has a value",
    args: containerArguments,
    declared: [
      { name: 'a', valueFrom: { default: 'from valueFrom' }, default: 'from default' },
      { name: 'b', default: 'from default' },
      { name: 'c', valueFrom: { jsonPath: '$.c', default: '' } },
    ],
    response: {},
    outputs: { a: 'from valueFrom', b: 'from default', c: '' },
  },
  {
    name: "KFP's value wins over the template's own default",
    args: containerArguments,
    declared: [{ name: 'condition', valueFrom: { default: 'true' } }],
    response: {},
    outputs: { condition: 'nil' },
  },
  {
    name: 'a template that declares an output twice gets it once',
    args: containerArguments,
    declared: [{ name: 'condition' }, { name: 'condition' }],
    response: {},
    outputs: { condition: 'nil' },
  },
];
for (const { name, args, declared, response, outputs } of rows) {
  test(name, async (t) => {
    const { sidecar } = await startBridge(t, () => response);

    const posted = await sidecar.post(templateBody(args, declared));

    assert.deepEqual(outputsOf(posted), outputs);
    assert.equal(nodeOf(posted).outputs?.parameters.length, Object.keys(outputs).length);
  });
}

const missing: {
  name: string;
  args: object;
  declared: readonly object[];
  response: ExecuteResponse;
  names: string[];
}[] = [
  {
    name: 'a ROOT_DAG without an id',
    args: rootArguments,
    declared: rootOutputs,
    response: {},
    names: ['execution-id'],
  },
  {
    name: 'a DAG without an id',
    args: dagArguments,
    declared: rootOutputs,
    response: { iteration_count: 2 },
    names: ['execution-id'],
  },
  {
    name: 'a CONTAINER that declares outputs of a later KFP',
    args: containerArguments,
    declared: [
      ...containerOutputs,
      { name: 'task-id' },
      { name: 'new-thing', valueFrom: { jsonPath: '$.x' } },
    ],
    response: { execution_id: '5', pod_spec_patch: 'SENTINEL' },
    names: ['task-id', 'new-thing'],
  },
  {
    name: 'an output named like a property of every object',
    args: containerArguments,
    declared: [{ name: 'constructor' }, { name: '__proto__' }],
    response: {},
    names: ['constructor', '__proto__'],
  },
];
for (const { name, args, declared, response, names } of missing) {
  test(`${name} ends in Error that names the missing outputs, without outputs`, async (t) => {
    const { sidecar } = await startBridge(t, () => response);

    const posted = await sidecar.post(templateBody(args, declared));

    const node = nodeOf(posted);
    assert.equal(node.phase, 'Error');
    assert.ok(!('outputs' in node));
    assert.ok(node.message.includes(`lacks the declared output "${names.join('", "')}"`), node.message);
    assert.ok(!node.message.includes('SENTINEL'));
  });
}

const withoutDeclarations = [
  { name: 'no outputs', outputs: undefined },
  { name: 'empty outputs', outputs: {} },
  { name: 'outputs that are null', outputs: null },
  { name: 'parameters that are null', outputs: { parameters: null } },
  { name: 'parameters that are no array', outputs: { parameters: { name: 'condition' } } },
  { name: 'parameters that are no objects', outputs: { parameters: [null, 5, 'condition', { name: 7 }] } },
];
for (const { name, outputs } of withoutDeclarations) {
  test(`a template with ${name} gets what the driver returned`, async (t) => {
    const { sidecar } = await startBridge(t, () => ({ execution_id: '3' }));
    const body = templateBody(containerArguments);
    const posted = await sidecar.post({ ...body, template: { ...body.template, outputs } });
    assert.deepEqual(outputsOf(posted), { 'execution-id': '3' });
  });
}

const unusable: { name: string; response: ExecuteResponse; says: RegExp }[] = [
  { name: 'NUL in a patch', response: { pod_spec_patch: 'a\u0000' }, says: /"pod-spec-patch" has a control/ },
  {
    name: 'DEL in an output nobody has heard of',
    response: { extra_outputs: { 'new-thing': '\u007f' } },
    says: /"new-thing" has a control character/,
  },
  {
    name: 'a name that Kubernetes refuses',
    response: { extra_outputs: { 'new thing': 'x' } },
    says: /"new thing".* letters, digits/,
  },
  { name: 'an empty name', response: { extra_outputs: { '': 'x' } }, says: /"".* letters, digits/ },
  { name: 'a patch of 1 MB', response: { pod_spec_patch: 'x'.repeat(1_000_000) }, says: /MAX_OUTPUT_BYTES/ },
];
for (const { name, response, says } of unusable) {
  test(`an answer with ${name}, on which Argo would break later, ends in Error at once`, async (t) => {
    const { sidecar } = await startBridge(t, () => response);

    const node = nodeOf(await sidecar.post(templateBody(containerArguments)));

    assert.equal(node.phase, 'Error');
    assert.ok(!('outputs' in node));
    assert.match(node.message, says);
  });
}

test('an extra output named __proto__ arrives like any other', async (t) => {
  const { sidecar } = await startBridge(t, () => ({ extra_outputs: JSON.parse('{"__proto__":"kept"}') }));
  const posted = await sidecar.post(templateBody(containerArguments, []));
  assert.deepEqual(nodeOf(posted).outputs?.parameters, [{ name: '__proto__', value: 'kept' }]);
});

test("an output's globalName goes back to Argo, which takes it from the reply alone", async (t) => {
  const { sidecar } = await startBridge(t, () => ({ execution_id: '7' }));
  const [first, ...more] = rootOutputs;
  const outputs = [{ ...first, globalName: 'dag-id' }, ...more];
  const node = nodeOf(await sidecar.post(templateBody(rootArguments, outputs)));
  const parameters = node.outputs?.parameters ?? [];
  assert.deepEqual(parameters[0], { name: 'execution-id', value: '7', globalName: 'dag-id' });
  assert.deepEqual(Object.keys(parameters[1] ?? {}), ['name', 'value']);
});
