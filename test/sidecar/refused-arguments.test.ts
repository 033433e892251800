import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestArguments } from '../../src/contract/arguments/driver-arguments.js';
import { nodeOf, refusalOf, startBridge } from '../support/start-bridge.js';
import {
  containerArguments,
  containerArgumentsText,
  nestedArrays,
  rootArguments,
  templateBody,
  templateText,
} from '../support/templates.js';

const container = (change: object) => templateBody({ ...containerArguments, ...change });
const containerText = (further: string) => templateText(containerArgumentsText(further));

const dagArguments = { ...containerArguments, type: 'DAG' };
const kfp3Arguments = {
  type: 'CONTAINER',
  pipeline_name: 'p',
  run_id: 'r',
  task_name: 'echo',
  parent_task_id: 'parent',
};

const required = [
  { dialect: 'MLMD', args: rootArguments, names: ['pipeline_name', 'run_id', 'component', 'runtime_config'] },
  {
    dialect: 'MLMD',
    args: dagArguments,
    names: ['pipeline_name', 'run_id', 'component', 'task', 'dag_execution_id'],
  },
  {
    dialect: 'MLMD',
    args: containerArguments,
    names: ['pipeline_name', 'run_id', 'component', 'task', 'container', 'dag_execution_id'],
  },
  {
    dialect: 'KFP 3.0',
    args: { ...kfp3Arguments, type: 'ROOT_DAG', runtime_config: '{}' },
    names: ['pipeline_name', 'run_id', 'runtime_config'],
  },
  {
    dialect: 'KFP 3.0',
    args: { ...kfp3Arguments, type: 'DAG' },
    names: ['pipeline_name', 'run_id', 'task_name'],
  },
  { dialect: 'KFP 3.0', args: kfp3Arguments, names: ['pipeline_name', 'run_id', 'task_name'] },
];
for (const { dialect, args, names } of required) {
  test(`${args.type} of ${dialect} without its required arguments is refused with all their names`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    const without = Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)));

    const message = refusalOf(await sidecar.post(templateBody(without)), driver);

    for (const name of names) {
      assert.ok(message.includes(`"${name}"`), `${name}: ${message}`);
    }
    assert.match(message, /missing: \w+ needs it/);
  });

  for (const name of names) {
    test(`${args.type} of ${dialect} whose ${name} is null is refused`, async (t) => {
      const { driver, sidecar } = await startBridge(t);
      const posted = await sidecar.post(templateBody({ ...args, [name]: null }));
      assert.match(refusalOf(posted, driver), new RegExp(`"${name}" is missing`));
    });
  }
}

const faults = [
  { name: 'no type', body: container({ type: null }), says: /"type" must be ROOT_DAG, DAG or CONTAINER/ },
  { name: 'an unknown type', body: container({ type: 'EXIT' }), says: /"type" must be ROOT_DAG/ },
  { name: 'a type in lower case', body: container({ type: 'container' }), says: /"type" must be/ },
  { name: 'a type from every object', body: container({ type: 'toString' }), says: /"type" must be/ },
  { name: 'a type that is no text', body: container({ type: ['CONTAINER'] }), says: /"type" must be/ },
  {
    name: 'another namespace',
    body: container({ namespace: 'kube-system' }),
    says: /"namespace" contradicts/,
  },
  { name: 'an empty namespace', body: container({ namespace: '' }), says: /"namespace" contradicts/ },
  { name: 'an empty required spec', body: container({ component: '' }), says: /"component" is empty/ },
  { name: 'a spec that is an array', body: container({ task: '[]' }), says: /"task" must be .* an array/ },
  { name: 'a spec that is null', body: container({ task: 'null' }), says: /"task" must be .* null/ },
  { name: 'a spec that is a number', body: container({ task: '5' }), says: /"task" must be .* a number/ },
  { name: 'a spec that is a text', body: container({ task: '"{}"' }), says: /"task" must be .* a text/ },
  {
    name: 'a spec that is cut',
    body: container({ task: '{"a":' }),
    says: /"task" must be .* not valid JSON/,
  },
  { name: 'two specs in one', body: container({ task: '{}{}' }), says: /"task" must be .* not valid JSON/ },
  { name: 'a spec not as text', body: container({ task: { a: 1 } }), says: /"task" must be .* an object/ },
  { name: 'a spec that is blank', body: container({ task: ' ' }), says: /"task" must be .* not valid JSON/ },
  { name: 'a runtime_args array', body: container({ runtime_args: '[]' }), says: /"runtime_args" must be/ },
  { name: 'a spec from a file', body: container({ task: '@/etc/passwd' }), says: /"task" begins with "@"/ },
  {
    name: 'an unknown argument from a file',
    body: container({ unheard_of: '@/var/run/argo/token' }),
    says: /"unheard_of" begins with "@"/,
  },
  { name: 'a text that is a number', body: container({ run_id: 5 }), says: /"run_id" must be a text/ },
  {
    name: 'a boolean as 1',
    body: container({ cache_disabled: 1 }),
    says: /"cache_disabled" must be true or/,
  },
  { name: 'a boolean as "True"', body: container({ cache_disabled: 'True' }), says: /"cache_disabled" must/ },
  {
    name: 'an empty boolean',
    body: container({ cache_disabled: '' }),
    says: /"cache_disabled" must be true/,
  },
  {
    name: 'an address that is an object',
    body: container({ mlmd_server_address: {} }),
    says: /"mlmd_server_address" must be a text/,
  },
  {
    name: 'a port that is an array',
    body: container({ mlmd_server_port: [] }),
    says: /"mlmd_server_port" must/,
  },
  {
    name: 'an id with a fraction',
    body: container({ dag_execution_id: 1.5 }),
    says: /"dag_execution_id" must/,
  },
  {
    name: 'an id as 1.0 text',
    body: container({ dag_execution_id: '1.0' }),
    says: /"dag_execution_id" must/,
  },
  { name: 'an id in hex', body: container({ dag_execution_id: '0x10' }), says: /"dag_execution_id" must be/ },
  {
    name: 'an id with spaces',
    body: container({ dag_execution_id: ' 1' }),
    says: /"dag_execution_id" must be/,
  },
  {
    name: 'an id with digits of another script',
    body: container({ dag_execution_id: '١' }),
    says: /"dag_exec/,
  },
  {
    name: 'an id that Argo did not substitute',
    body: container({ dag_execution_id: '{{inputs.parameters.parent-dag-id}}' }),
    says: /"dag_execution_id" must be a whole number of 64 bits/,
  },
  {
    name: 'an id of 2^63',
    body: container({ dag_execution_id: '9223372036854775808' }),
    says: /"dag_execution_id" must be a whole number of 64 bits/,
  },
  {
    name: 'an id of a million digits',
    body: container({ dag_execution_id: '9'.repeat(1_000_000) }),
    says: /"dag_execution_id" must be a whole number of 64 bits/,
  },
  {
    name: 'an iteration index of 2^31',
    body: container({ iteration_index: '2147483648' }),
    says: /"iteration_index" must be a whole number of 32 bits/,
  },
  {
    name: 'a JSON number beyond 2^53 as id',
    body: containerText('"default_run_as_user":9007199254740993'),
    says: /"default_run_as_user" .* beyond 2\^53/,
  },
  {
    name: 'a JSON number beyond 2^53 as port',
    body: templateText(
      JSON.stringify({ ...containerArguments, mlmd_server_port: 0 }).replace(
        '"mlmd_server_port":0',
        '"mlmd_server_port":9007199254740993',
      ),
    ),
    says: /"mlmd_server_port" .* beyond 2\^53/,
  },
  {
    name: 'half a character in a text',
    body: container({ run_name: 'a\ud800' }),
    says: /"run_name" .* lone surr/,
  },
  {
    name: 'half a character in a spec',
    body: container({ task: '{"a":"\udc00"}' }),
    says: /"task" .* lone surr/,
  },
  {
    name: 'half a character in a port',
    body: container({ mlmd_server_port: '\ud800' }),
    says: /"mlmd_server_port".* lone/,
  },
  {
    name: 'half a character in an unknown argument',
    body: container({ unheard_of: '\ud800x' }),
    says: /"unheard_of" .* lone surrogate/,
  },
  {
    name: "half a character in an unknown argument's name",
    body: container({ 'un\ud800heard': 'x' }),
    says: /"un\\ud800heard" has a lone surrogate in its name/,
  },
  {
    name: 'an argument that is there twice',
    body: containerText('"run_id":"run-1"'),
    says: /"run_id" is there twice/,
  },
  {
    name: 'an unknown argument that is there twice',
    body: containerText('"unheard_of":"1","unheard_of":"1"'),
    says: /"unheard_of" is there twice/,
  },
  {
    name: 'an argument that is there twice, once with an escaped name',
    body: containerText('"\\u0072un_id":"run-2"'),
    says: /"run_id" is there twice/,
  },
  {
    name: 'arguments that are there twice',
    body: templateText('{}').replace('"args":{}', `"args":{},"args":${JSON.stringify(containerArguments)}`),
    says: /the body has the key "args" 2 times/,
  },
  {
    name: 'a spec that is 3,000 deep',
    body: container({ component: `{"a":${nestedArrays(3_000)}}` }),
    says: /"component" nests .* deeper than 500 levels/,
  },
  {
    name: 'a spec that is 100,000 deep',
    body: container({ component: `{"a":${nestedArrays(100_000)}}` }),
    says: /"component" nests .* deeper than 500 levels/,
  },
  {
    name: 'a body that is 3,000 deep',
    body: containerText(`"unheard_of":${nestedArrays(3_000)}`),
    says: /nests objects and arrays deeper than 500 levels/,
  },
  {
    name: 'a body that is 100,000 deep',
    body: containerText(`"unheard_of":${nestedArrays(100_000)}`),
    says: /nests objects and arrays deeper than 500 levels/,
  },
];
for (const { name, body, says } of faults) {
  test(`a template with ${name} is refused, and the driver is not asked`, async (t) => {
    const { driver, sidecar } = await startBridge(t);

    const message = refusalOf(await sidecar.post(body), driver);

    assert.match(message, says);
    assert.doesNotMatch(message, /[\n;]/, 'one fault makes one sentence');
  });
}

const metadata = { name: 'hello-x', namespace: 'kubeflow', uid: 'uid-1' };
const envelopes = [
  { name: 'no workflow', workflow: undefined, says: /workflow\.metadata\.name .*namespace .*uid/ },
  {
    name: 'no uid, as before Argo 3.4.2',
    workflow: { metadata: { name: 'w' } },
    says: /workflow\.metadata\.uid/,
  },
  { name: 'an empty uid', workflow: { metadata: { ...metadata, uid: '' } }, says: /workflow\.metadata\.uid/ },
  { name: 'a uid that is a number', workflow: { metadata: { ...metadata, uid: 1 } }, says: /metadata\.uid/ },
  {
    name: 'half a character in its namespace',
    workflow: { metadata: { ...metadata, namespace: '\ud800' } },
    says: /workflow\.metadata\.namespace/,
  },
];
for (const { name, workflow, says } of envelopes) {
  test(`a workflow with ${name} is refused, and the driver is not asked`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    const posted = await sidecar.post({ ...templateBody(containerArguments), workflow });
    assert.match(refusalOf(posted, driver), says);
  });
}

test('all faults of a template stand in one message, each with its argument', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const { pipeline_name: _missing, ...rest } = containerArguments;

  const message = refusalOf(
    await sidecar.post(
      templateBody({
        ...rest,
        namespace: 'other',
        task: '[]',
        container: '@file',
        cache_disabled: 'maybe',
        iteration_index: 'first',
        run_name: '\ud800',
        unheard_of: '@file',
      }),
    ),
    driver,
  );

  const named = ['pipeline_name', 'namespace', 'task', 'container', 'cache_disabled', 'iteration_index'];
  for (const name of [...named, 'run_name', 'unheard_of']) {
    assert.ok(message.includes(`"${name}"`), `${name}: ${message}`);
  }
});

test('twenty faults still fit into one message', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const names = Object.keys(requestArguments);
  const args = Object.fromEntries(names.map((name) => [name, []]));

  const message = refusalOf(await sidecar.post(templateBody({ ...args, type: 'CONTAINER' })), driver);

  for (const name of names) {
    assert.ok(message.includes(name), `${name}: ${message}`);
  }
});

test('what is wrong is said without the value that is wrong', async (t) => {
  const { sidecar } = await startBridge(t);
  const secret = 'hunter2';
  const args = {
    type: secret,
    namespace: secret,
    component: `@${secret}`,
    task: `{"a":"${secret}"`,
    cache_disabled: secret,
    iteration_index: secret,
    unheard_of: `@${secret}`,
  };

  const posted = await sidecar.post(templateBody(args));

  assert.equal(nodeOf(posted).phase, 'Failed');
  assert.ok(!posted.text.includes(secret), posted.text);
});
