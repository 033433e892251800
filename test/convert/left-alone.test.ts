import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/common/json.js';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';
import {
  convert,
  dag,
  driverTask,
  driverTemplate,
  plainWorkflow,
  reasonsOf,
  smallWorkflow,
} from './small-kfp-workflow.js';

const plain = plainWorkflow();
const withStatus = (status: JsonObject) => ({ ...plain, status });
const withSpec = (spec: JsonObject) => ({ ...plain, spec: { ...(plain['spec'] as JsonObject), ...spec } });
const withDriver = (more: JsonObject, container: JsonObject = {}) =>
  plainWorkflow(driverTemplate(more, container));
const driver = 'template system-container-driver';

function nested(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 0; level < levels; level += 1) {
    value = { a: value };
  }
  return value;
}

const unsuitable: readonly (readonly [what: string, workflow: JsonObject, reason: string])[] = [
  ['no workflow', { ...plain, kind: 'Pod' }, 'it is no Argo Workflow (kind: Workflow)'],
  ['another group', { ...plain, apiVersion: 'v1' }, 'it is no Argo Workflow (kind: Workflow)'],
  ['a phase', withStatus({ phase: 'Failed' }), 'it has run: its status has the phase Failed'],
  ['nodes', withStatus({ phase: '', nodes: { a: {} } }), 'it has run: its status has nodes'],
  ['compressed nodes', withStatus({ compressedNodes: 'H4' }), 'it has run: its status has nodes'],
  ['nodes elsewhere', withStatus({ offloadNodeStatusVersion: 'fnv:1' }), 'it has run: its status has nodes'],
  [
    'templates elsewhere',
    withSpec({ workflowTemplateRef: { name: 'x' } }),
    'its templates stand in a WorkflowTemplate (spec.workflowTemplateRef)',
  ],
  ['no templates', withSpec({ templates: 'x' }), 'spec.templates is no list of templates with names'],
  [
    'templates of one name',
    withSpec({ templates: [driverTemplate(), driverTemplate()] }),
    'two of its templates have the name system-container-driver',
  ],
  [
    'defaults that run something',
    withSpec({ templateDefaults: { container: { image: 'x' } } }),
    'spec.templateDefaults gives every template a container',
  ],
  [
    'inline templates',
    withSpec({ templates: [dag('root', [{ name: 'a', inline: { container: {} } }]), driverTemplate()] }),
    'template root has inline templates',
  ],
  [
    'strange arguments',
    withSpec({ arguments: { parameters: 'x' } }),
    'spec.arguments.parameters is no list of parameters',
  ],
  [
    'a strange call',
    smallWorkflow([dag('root', [driverTask('one', '{}', { arguments: 'x' })]), driverTemplate()]),
    `${driver} is called with arguments that are no list of parameters`,
  ],
  ['too deep', { ...plain, metadata: nested(600) }, 'it nests objects and lists deeper than 500 levels'],
  [
    'MLflow',
    withDriver({}, { env: [{ name: 'KFP_MLFLOW_CONFIG', value: '{}' }] }),
    `${driver} writes to MLflow (KFP_MLFLOW_CONFIG), which the driver server does not: its nested runs would be missing`,
  ],
  [
    'another variable',
    withDriver({}, { env: [{ name: 'AWS_PROFILE', value: 'x' }] }),
    `${driver} sets the environment variable AWS_PROFILE, which the driver server would not have`,
  ],
  [
    'variables of a Secret',
    withDriver({}, { envFrom: [{ secretRef: { name: 'x' } }] }),
    `${driver} takes its environment from a ConfigMap or Secret (envFrom), which the driver server would not have`,
  ],
  [
    'a volume',
    withDriver({ volumes: [{ name: 'data' }] }, { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
    `${driver} mounts the volume data, which the driver server would not have`,
  ],
  [
    'a file',
    withDriver({}, { args: ['--component', '@/etc/x', '--condition_path', '/tmp/condition'] }),
    `${driver} reads --component from a file of its pod`,
  ],
  [
    'a word that is no flag',
    withDriver({}, { args: ['run', '--condition_path=/tmp/condition'] }),
    `${driver} has a word in its args (number 1) that is no flag like --name`,
  ],
  [
    'a flag twice',
    withDriver({}, { args: ['--type=DAG', '--type', 'DAG', '--condition_path=/tmp/condition'] }),
    `${driver} has the flag --type twice`,
  ],
  [
    'a flag without its value',
    withDriver({}, { args: ['--condition_path=/tmp/condition', '--type'] }),
    `${driver} has the flag --type without a value`,
  ],
  [
    'a flag with a name that is taken',
    withDriver({}, { args: ['--node=x', '--condition_path=/tmp/condition'] }),
    `${driver} has the flag --node, a name that a converted template needs`,
  ],
  ['args that are no texts', withDriver({}, { args: [1] }), `${driver} has args that are no list of texts`],
  [
    'an artifact',
    withDriver({ outputs: { artifacts: [{ name: 'a' }] } }),
    `${driver} returns artifacts, which a driver plugin does not`,
  ],
  [
    'an artifact to take',
    withDriver({ inputs: { artifacts: [{ name: 'a' }] } }),
    `${driver} takes artifacts, which a plugin cannot`,
  ],
  [
    'an output that no flag writes',
    withDriver({ outputs: { parameters: [{ name: 'other', valueFrom: { path: '/x' } }] } }),
    `${driver} has the output other, which no flag of the driver writes`,
  ],
  [
    'an output of an expression',
    withDriver({ outputs: { parameters: [{ name: 'condition', valueFrom: { expression: '1' } }] } }),
    `${driver} has the output condition, which comes from no file of the driver`,
  ],
  ['two kinds', withDriver({ script: { source: '' } }), `${driver} has a script beside its container`],
  ['a daemon', withDriver({ daemon: true }), `${driver} is a daemon, which a plugin cannot be`],
];

for (const [what, workflow, reason] of unsuitable) {
  test(`a workflow with ${what} is left alone, and the reason is said`, () => {
    assert.ok(reasonsOf(workflow).includes(reason), JSON.stringify(reasonsOf(workflow)));
  });
}

test('an empty status, as clients write it, says nothing', () => {
  convert(withStatus({ startedAt: null, finishedAt: null }));
  convert(withStatus({ phase: '', nodes: {}, compressedNodes: '' }));
});

test('what every driver pod has does not keep it from being converted', () => {
  const env = ['KFP_POD_NAME', 'KFP_POD_UID', 'HTTP_PROXY', 'no_proxy'].map((name) => ({ name, value: '' }));
  const args = ['--ca_cert_path', '/kfp/certs/ca.crt', '--condition_path=/tmp/condition'];
  const container = {
    args,
    env: [...env, { name: 'MINE', value: '' }],
    envFrom: [{ configMapRef: { name: 'metadata-grpc-configmap', optional: true } }],
    volumeMounts: [{ name: 'ca', mountPath: '/kfp/certs' }],
  };
  const { summary } = convert(plainWorkflow(driverTemplate({ volumes: [{ name: 'ca' }] }, container)), {
    harmlessEnv: ['MINE'],
  });
  assert.deepEqual(summary.missed, [
    'template system-container-driver has no pod any more, so these go: volumes',
  ]);
});

test('one driver that must stay a pod keeps all of them pods', () => {
  const other = driverTemplate({ name: 'system-dag-driver' }, { env: [{ name: 'X', value: 'y' }] });
  const tasks = [driverTask('one', '{}'), driverTask('two', '{}', { template: 'system-dag-driver' })];
  const workflow = smallWorkflow([dag('root', tasks), driverTemplate(), other]);
  assert.deepEqual(reasonsOf(workflow), [
    'template system-dag-driver sets the environment variable X, which the driver server would not have',
  ]);
});

const nothingToDo: readonly (readonly [what: string, workflow: JsonObject])[] = [
  ['an importer', plainWorkflow(driverTemplate({}, { command: ['launcher-v2'] }))],
  ['a template with the name of a driver alone', plainWorkflow(driverTemplate({}, { command: [] }))],
  ['a plugin of someone else', plainWorkflow({ name: 'system-container-driver', plugin: { other: {} } })],
];

for (const [what, workflow] of nothingToDo) {
  test(`${what} is no driver: there is nothing to do`, () => {
    assert.deepEqual(convertWorkflow(workflow), {
      kind: 'left-alone',
      reasons: [
        { kind: 'nothing-to-do', sentence: 'no template runs the command ["driver"] in a container' },
      ],
    });
  });
}
