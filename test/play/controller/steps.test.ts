import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { smallWorkflow, walkText } from '../small-workflow.js';

const step = (name: string, a: string, more = '') =>
  `{name: ${name}, template: ask, arguments: {parameters: [{name: a, value: '${a}'}]}${more}}`;

const steps = (...groups: readonly string[]) =>
  smallWorkflow(`  - name: main\n    steps:\n${groups.map((group) => `    - [${group}]\n`).join('')}`);

describe('A steps template', () => {
  it('runs its groups one after the other and hands outputs on', async () => {
    const { phase, asked, nodes } = await walkText(
      steps(
        `${step('one', '1')}, ${step('two', '2')}`,
        step('sum', '{{steps.one.outputs.parameters.out}}+{{steps.two.outputs.parameters.out}}'),
      ),
    );
    assert.equal(phase, 'Succeeded');
    assert.deepEqual(asked, ['1', '2', '1+2']);
    assert.deepEqual(nodes, {
      '': 'Steps Succeeded',
      '[0]': 'StepGroup Succeeded',
      '[0].one': 'Plugin Succeeded fine',
      '[0].two': 'Plugin Succeeded fine',
      '[1]': 'StepGroup Succeeded',
      '[1].sum': 'Plugin Succeeded fine',
    });
  });

  it('stops after a group with a failed step', async () => {
    const { phase, nodes } = await walkText(
      steps(`${step('bad', 'bad')}, ${step('good', '1')}`, step('never', '2')),
    );
    assert.equal(phase, 'Failed');
    assert.match(nodes['[0]'] ?? '', /^StepGroup Failed child 'wf-\d+' failed$/);
    assert.equal(nodes['[0].good'], 'Plugin Succeeded fine');
    assert.equal(nodes['[1]'], undefined);
  });

  it('goes on after a failed step that continues on failure', async () => {
    const { phase, asked } = await walkText(
      steps(step('bad', 'bad', ', continueOn: {failed: true}'), step('next', '{{steps.bad.status}}')),
    );
    assert.equal(phase, 'Succeeded');
    assert.deepEqual(asked, ['bad', 'Failed']);
  });

  it('expands items, skips by condition and runs exit hooks', async () => {
    const { phase, nodes, asked } = await walkText(
      steps(
        `${step('loop', '{{item}}', `, withItems: [1, 2], when: '{{item}} == 2'`)}, ${step('work', 'w', ', hooks: {exit: {template: pod}}')}`,
        step('list', '{{steps.loop.outputs.parameters.out}}'),
      ),
    );
    assert.equal(phase, 'Succeeded');
    assert.equal(nodes['[0].loop(0:1)'], "Skipped Skipped when '1 == 2' evaluated false");
    assert.equal(nodes['[0].work.onExit'], 'Pod Succeeded');
    assert.deepEqual(asked, ['2', 'w', '["2"]']);
  });

  it('shows a loop over nothing as skipped', async () => {
    const { phase, nodes, asked } = await walkText(
      steps(
        `${step('loop', '{{item}}', `, withParam: '[]'`)}, ${step('other', '1')}`,
        step('next', '{{steps.loop.status}} {{steps.loop.outputs.parameters.out}}'),
      ),
    );
    assert.equal(phase, 'Succeeded');
    assert.equal(nodes['[0].loop'], 'Skipped Skipped Skipped, empty params');
    assert.deepEqual(asked, ['1', 'Skipped declared']);
  });

  it('fails before any step of a group whose condition cannot be read', async () => {
    const { nodes, asked } = await walkText(
      steps(`${step('one', '1')}, ${step('two', '2', `, when: 'a b'`)}`),
    );
    const message = `Failed to resolve references: Invalid 'when' expression 'a b': Cannot transition token types from VARIABLE [a] to VARIABLE [b]`;
    assert.deepEqual(nodes, { '': `Steps Failed ${message}`, '[0]': `StepGroup Error ${message}` });
    assert.deepEqual(asked, []);
  });

  it('waits for ever for an output that nobody returned, and says so', async () => {
    const { phase, message } = await walkText(
      steps(step('one', '1'), step('two', '{{steps.one.outputs.parameters.other}}')),
    );
    assert.equal(phase, 'Error');
    assert.match(message, /nothing resolves {{steps\.one\.outputs\.parameters\.other}}$/);
  });
});

describe('A template that is not run', () => {
  const cases = [
    { name: 'a container', template: 'container: {image: alpine}', node: 'Pod Succeeded' },
    { name: 'a script', template: 'script: {image: alpine, source: date}', node: 'Pod Succeeded' },
    { name: 'a resource', template: 'resource: {action: get}', node: 'Pod Succeeded' },
    { name: 'an HTTP call', template: 'http: {url: "http://x"}', node: 'HTTP Succeeded' },
    { name: 'a pause', template: 'suspend: {}', node: 'Suspend Succeeded' },
    {
      name: 'a pod with a patch that is none',
      template: 'container: {image: alpine}\n    podSpecPatch: "[1]"',
      node: 'Pod Error Error applying PodSpecPatch: it is no JSON or YAML object',
    },
  ];
  for (const { name, template, node } of cases) {
    it(`such as ${name} is shown as ${node}`, async () => {
      const { nodes } = await walkText(smallWorkflow(`  - name: main\n    ${template}\n`));
      assert.equal(nodes[''], node);
    });
  }

  it('hands the defaults of its outputs on', async () => {
    const { asked } = await walkText(
      smallWorkflow(`  - name: main
    dag: {tasks: [{name: p, template: made}, {name: t, template: ask, depends: p, arguments: {parameters: [{name: a, value: '{{tasks.p.outputs.parameters.out}}'}]}}]}
  - name: made
    container: {image: alpine}
    outputs: {parameters: [{name: out, valueFrom: {path: /tmp/out, default: unrun}}]}
`),
    );
    assert.deepEqual(asked, ['unrun']);
  });

  it('links the containers of a container set by their dependencies', async () => {
    const { walk, nodes } = await walkText(
      smallWorkflow(
        '  - name: main\n    containerSet: {containers: [{name: first, image: a}, {name: then, image: b, dependencies: [first]}]}\n',
      ),
    );
    assert.deepEqual(nodes, {
      '': 'Pod Succeeded',
      '.first': 'Container Succeeded',
      '.then': 'Container Succeeded',
    });
    assert.deepEqual(
      walk.nodes.map(({ children }) => children.map(({ displayName }) => displayName)),
      [['first'], ['then'], []],
    );
  });
});
