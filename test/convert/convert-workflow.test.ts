import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/common/json.js';
import {
  argsOf,
  convert,
  dag,
  driverTask,
  driverTemplate,
  parametersOf,
  plainWorkflow,
  smallWorkflow,
  taskOf,
  templatesOf,
} from './small-kfp-workflow.js';

test('by value a driver keeps all its arguments, gains the name of its node and loses its paths', () => {
  const { workflow } = convert(plainWorkflow(), { passBy: 'value' });
  assert.deepEqual(templatesOf(workflow)['system-container-driver'], {
    name: 'system-container-driver',
    inputs: { parameters: [{ name: 'task' }, { name: 'parent-dag-id', default: '0' }] },
    outputs: {
      parameters: [{ name: 'condition', valueFrom: { jsonPath: '$.condition', default: 'true' } }],
    },
    plugin: {
      'driver-plugin': {
        args: {
          type: 'CONTAINER',
          task: '{{inputs.parameters.task}}',
          run_name: '{{workflow.name}}',
          dag_execution_id: '{{inputs.parameters.parent-dag-id}}',
          run_display_name: '',
          log_level: '1',
          node: '{{node.name}}',
        },
      },
    },
  });
});

for (const passBy of ['value', 'reference'] as const) {
  test(`by ${passBy} a task or hook that names its template in a list, which Argo does not take, stays as it is`, () => {
    const odd = {
      ...driverTask('two', '{"a":1}'),
      template: ['system-container-driver'],
      hooks: { exit: { template: ['system-container-driver'] } },
    };
    const { workflow } = convert(
      smallWorkflow([dag('root', [driverTask('one', '{"a":1}'), odd]), driverTemplate()]),
      { passBy },
    );
    assert.deepEqual(taskOf(templatesOf(workflow)['root'], 'two'), odd);
  });
}

test('by reference a task hands over the name of a parameter with all that is constant of it', () => {
  const workflow = smallWorkflow(
    [
      dag('root', [
        driverTask('one', '{"a":"{{$.inputs}}"}'),
        driverTask('two', '{{workflow.parameters.long}}'),
        driverTask('three', '{"a":"{{$.inputs}}"}'),
      ]),
      driverTemplate(),
    ],
    { arguments: { parameters: [{ name: 'long', value: '{"b":2}' }] } },
  );
  const { workflow: converted, summary } = convert(workflow);
  const root = templatesOf(converted)['root'];
  const references = ['one', 'two', 'three'].map((name) => taskOf(root, name)['arguments']);
  const [first = '', second = ''] = summary.parameters;
  const handedOver = (value: string) => ({ parameters: [{ name: 'arguments-from', value }] });
  assert.deepEqual(references, [handedOver(first), handedOver(second), handedOver(first)]);
  const added = parametersOf(converted);
  assert.deepEqual(Object.keys(added), ['long', first, second]);
  assert.deepEqual(JSON.parse(String(added[first])), { run_display_name: '', task: '{"a":"{{$.inputs}}"}' });
  assert.deepEqual(JSON.parse(String(added[second])), { run_display_name: '', task: { parameter: 'long' } });
  const driver = templatesOf(converted)['system-container-driver'];
  assert.deepEqual(driver?.['inputs'], {
    parameters: [{ name: 'parent-dag-id', default: '0' }, { name: 'arguments-from' }],
  });
  assert.deepEqual(argsOf(driver), {
    dag_execution_id: '{{inputs.parameters.parent-dag-id}}',
    node: '{{node.name}}',
    run_name: '{{workflow.name}}',
    type: 'CONTAINER',
    arguments_from: '{{inputs.parameters.arguments-from}}',
  });
});

test('a text that Argo would change travels by value, in a template for such calls alone', () => {
  const workflow = smallWorkflow([
    dag('root', [
      driverTask('plain', '{"a":1}'),
      driverTask('tag', '{"a":"{{workflow.uid}}"}'),
      driverTask('item', '{{item}}', { withItems: ['{}'] }),
    ]),
    driverTemplate(),
  ]);
  const { workflow: converted, summary } = convert(workflow);
  const templates = templatesOf(converted);
  assert.deepEqual(summary.templates, ['system-container-driver', 'system-container-driver-with-task']);
  assert.equal(argsOf(templates['system-container-driver'])['task'], undefined);
  assert.equal(argsOf(templates['system-container-driver-with-task'])['task'], '{{inputs.parameters.task}}');
  const tagged = taskOf(templates['root'], 'tag');
  assert.equal(tagged['template'], 'system-container-driver-with-task');
  assert.deepEqual(tagged['arguments'], {
    parameters: [
      { name: 'task', value: '{"a":"{{workflow.uid}}"}' },
      { name: 'arguments-from', value: summary.parameters[1] ?? '' },
    ],
  });
  assert.equal(taskOf(templates['root'], 'item')['template'], 'system-container-driver-with-task');
  assert.equal(taskOf(templates['root'], 'plain')['template'], 'system-container-driver');
});

test('a workflow parameter whose value has a tag, no text, or a source of its own is not named', () => {
  const strange: readonly JsonObject[] = [
    { name: 'long', value: 'a {{workflow.uid}}' },
    { name: 'long', value: 5 },
    { name: 'long', valueFrom: { configMapKeyRef: { name: 'x', key: 'y' } } },
  ];
  for (const parameter of strange) {
    const workflow = smallWorkflow(
      [dag('root', [driverTask('one', '{{workflow.parameters.long}}')]), driverTemplate()],
      { arguments: { parameters: [parameter] } },
    );
    const { workflow: converted } = convert(workflow);
    const driver = templatesOf(converted)['system-container-driver'];
    assert.equal(argsOf(driver)['task'], '{{inputs.parameters.task}}');
  }
});

test('who calls a driver by its name alone gets it by value', () => {
  const { workflow } = convert(smallWorkflow([driverTemplate({ name: 'root' })]));
  const args = argsOf(templatesOf(workflow)['root']);
  assert.equal(args['task'], '{{inputs.parameters.task}}');
  assert.equal(args['log_level'], '1');
  assert.equal(args['arguments_from'], undefined);
});

test('flags are read as Go reads them', () => {
  const args = [
    ...[
      '--type=CONTAINER',
      '-run_id',
      '{{workflow.uid}}',
      '--run_display_name',
      '--my-run',
      '--new_flag',
      'x',
    ],
    ...['--cache_disabled', '--task=', '--new_switch', '--other=a=b', '--condition_path', '/tmp/condition'],
  ];
  const { workflow } = convert(plainWorkflow(driverTemplate({}, { args })), { passBy: 'value' });
  assert.deepEqual(argsOf(templatesOf(workflow)['system-container-driver']), {
    type: 'CONTAINER',
    run_id: '{{workflow.uid}}',
    run_display_name: '--my-run',
    new_flag: 'x',
    cache_disabled: 'true',
    task: '',
    new_switch: 'true',
    other: 'a=b',
    node: '{{node.name}}',
  });
});

test('flags that nobody here knows travel in the reference', () => {
  const args = ['--type', 'CONTAINER', '--new_flag', 'x', '--condition_path', '/tmp/condition'];
  const { workflow, summary } = convert(plainWorkflow(driverTemplate({}, { args })));
  const value = parametersOf(workflow)[summary.parameters[0] ?? ''];
  assert.deepEqual(JSON.parse(String(value)), { new_flag: 'x' });
});

test('the command that marks a driver can be another one, and its name alone marks nothing', () => {
  const driver = driverTemplate({}, { command: ['/bin/kfp-driver', 'run'] });
  const { summary } = convert(plainWorkflow(driver), { driverCommand: ['/bin/kfp-driver', 'run'] });
  assert.deepEqual(summary.templates, ['system-container-driver']);
});

test('what belongs to a pod goes, and what users would miss is said', () => {
  const driver = driverTemplate({
    metadata: {
      annotations: { 'pipelines.kubeflow.org/runtime-role': 'driver', 'team/owner': 'ml' },
      labels: { team: 'ml' },
    },
    nodeSelector: { disk: 'ssd' },
    tolerations: [],
    podSpecPatch: '{}',
    securityContext: { runAsNonRoot: true },
    retryStrategy: { limit: '2' },
    synchronization: { semaphores: [] },
  });
  const { workflow, summary } = convert(plainWorkflow(driver), { passBy: 'value' });
  const converted = templatesOf(workflow)['system-container-driver'] ?? {};
  const left = ['name', 'inputs', 'outputs', 'plugin', 'metadata', 'retryStrategy', 'synchronization'];
  assert.deepEqual(Object.keys(converted), left);
  assert.deepEqual(converted['metadata'], {});
  assert.deepEqual(summary.missed, [
    'template system-container-driver has no pod any more, so these go: ' +
      'podSpecPatch, nodeSelector, labels (team), annotations (team/owner)',
  ]);
});

test("Istio's opt-out of a driver moves to all pods of the workflow, where it says nothing else", () => {
  const driver = driverTemplate({ metadata: { annotations: { 'sidecar.istio.io/inject': 'false' } } });
  const metadata = (workflow: JsonObject) =>
    (convert(workflow).workflow['spec'] as JsonObject)['podMetadata'];
  const task = dag('root', [driverTask('one', '{}')]);
  assert.deepEqual(metadata(smallWorkflow([task, driver], { podMetadata: { labels: { a: 'b' } } })), {
    labels: { a: 'b' },
    annotations: { 'sidecar.istio.io/inject': 'false' },
  });
  const said = { annotations: { 'sidecar.istio.io/inject': 'true' } };
  assert.deepEqual(metadata(smallWorkflow([task, driver], { podMetadata: said })), said);
  assert.equal(metadata(plainWorkflow()), undefined);
});

test('drivers that exit hooks reach stay pods, and DAGs on the way there are copied where the run needs them too', () => {
  const workflow = smallWorkflow(
    [
      dag('root', [
        driverTask('one', '{}', {
          hooks: { exit: { template: 'clean-up' }, running: { template: 'shared' } },
        }),
        { name: 'two', template: 'shared', onExit: 'shared' },
      ]),
      dag('shared', [driverTask('three', '{}')]),
      dag('clean-up', [{ name: 'four', template: 'shared' }, driverTask('five', '{}')]),
      driverTemplate(),
    ],
    { hooks: { exit: { template: 'shared' } } },
  );
  const { workflow: converted, summary } = convert(workflow);
  const templates = templatesOf(converted);
  const copy = 'system-container-driver-exit-hook';
  assert.deepEqual(Object.keys(templates), [
    ...['root', 'shared', 'shared-exit-hook', 'clean-up', 'system-container-driver', copy],
  ]);
  assert.deepEqual(summary.podTemplates, [copy]);
  assert.deepEqual(templates[copy], { ...driverTemplate(), name: copy });
  const called = (template: string, task: string) => taskOf(templates[template], task)['template'];
  assert.equal(called('root', 'one'), 'system-container-driver');
  assert.equal(called('root', 'two'), 'shared');
  assert.equal(taskOf(templates['root'], 'two')['onExit'], 'shared-exit-hook');
  assert.deepEqual(taskOf(templates['root'], 'one')['hooks'], {
    exit: { template: 'clean-up' },
    running: { template: 'shared' },
  });
  assert.equal(called('shared', 'three'), 'system-container-driver');
  assert.equal(called('shared-exit-hook', 'three'), copy);
  assert.equal(called('clean-up', 'four'), 'shared-exit-hook');
  assert.equal(called('clean-up', 'five'), copy);
  assert.deepEqual((converted['spec'] as JsonObject)['hooks'], { exit: { template: 'shared-exit-hook' } });
});

test('asked to, it converts the drivers of exit hooks as well', () => {
  const workflow = smallWorkflow([
    dag('root', [driverTask('one', '{}', { hooks: { exit: { template: 'clean-up' } } })]),
    dag('clean-up', [driverTask('two', '{}')]),
    driverTemplate(),
  ]);
  const { workflow: converted, summary } = convert(workflow, { exitHooks: 'plugin' });
  assert.deepEqual(summary.podTemplates, []);
  assert.deepEqual(Object.keys(templatesOf(converted)), ['root', 'clean-up', 'system-container-driver']);
});

test('driver pods are counted per run, and per iteration of each loop', () => {
  const workflow = smallWorkflow([
    dag('root', [
      driverTask('one', '{}'),
      { name: 'loop', template: 'body', withSequence: { count: '{{x}}' } },
      { name: 'again', template: 'plain' },
    ]),
    dag('body', [
      driverTask('two', '{}'),
      { name: 'inner', template: 'plain', withItems: [1, 2] },
      driverTask('three', '{}'),
    ]),
    dag('plain', [driverTask('four', '{}')]),
    driverTemplate(),
  ]);
  assert.deepEqual(convert(workflow).summary.savedPods, {
    perRun: 2,
    perIteration: { loop: 2, 'loop.inner': 1 },
  });
});

test('a parameter that has the name of a reference already, but another value, is left as it is', () => {
  const plain = plainWorkflow();
  const [name = ''] = convert(plain).summary.parameters;
  const spec = { ...(plain['spec'] as JsonObject), arguments: { parameters: [{ name, value: 'mine' }] } };
  const { workflow, summary } = convert({ ...plain, spec });
  assert.equal(parametersOf(workflow)[name], 'mine');
  assert.match(summary.parameters[0] ?? '', new RegExp(`^${name}[0-9a-f]{8}$`));
});
