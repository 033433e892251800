import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failed, reply, smallWorkflow, succeeded, walkText } from '../small-workflow.js';

const ask = (a: string) => `arguments: {parameters: [{name: a, value: '${a}'}]}`;

describe('A retryStrategy', () => {
  const retried = (strategy: string, template = '') =>
    smallWorkflow(
      `  - name: main
    dag: {tasks: [{name: work, template: again}, {name: next, template: ask, depends: work, ${ask('{{tasks.work.outputs.parameters.out}}')}}]}
  - name: again
    retryStrategy: ${strategy}
${template || '    outputs: {parameters: [{name: out, valueFrom: {default: none}}]}\n    plugin: {driver-plugin: {args: {a: work}}}'}
`,
    );
  const failingTwice = ({ a, repeat }: { a: string; repeat: number }) =>
    a === 'work' && repeat < 2 ? failed(`refused ${repeat}`) : succeeded('done');

  it('repeats a failed node, byte for byte, until it succeeds', async () => {
    const { phase, nodes, bodies, asked } = await walkText(retried('{limit: 3}'), failingTwice);
    assert.equal(phase, 'Succeeded');
    assert.deepEqual(nodes, {
      '': 'DAG Succeeded',
      '.next': 'Plugin Succeeded fine',
      '.work': 'Retry Succeeded',
      '.work(0)': 'Plugin Failed refused 0',
      '.work(1)': 'Plugin Failed refused 1',
      '.work(2)': 'Plugin Succeeded fine',
    });
    assert.deepEqual(asked, ['work', 'work', 'work', 'done']);
    assert.equal(new Set(bodies.slice(0, 3)).size, 1);
  });

  it('gives up after its limit', async () => {
    const { phase, nodes } = await walkText(retried('{limit: "1"}'), failingTwice);
    assert.equal(phase, 'Failed');
    assert.equal(nodes['.work'], 'Retry Failed No more retries left');
    assert.equal(nodes['.work(1)'], 'Plugin Failed refused 1');
  });

  it('waits between attempts, longer each time', async () => {
    const { walk, nodes } = await walkText(
      retried('{limit: 3, backoff: {duration: 1m, factor: 2}}'),
      failingTwice,
    );
    const started = walk.nodes.filter(({ name }) => name.includes('(')).map((node) => node.startedAtMs);
    const [first = 0] = started;
    assert.deepEqual(
      started.map((timeMs) => timeMs - first),
      [0, 60_000, 180_000],
    );
    assert.equal(nodes['.work'], 'Retry Succeeded');
  });

  it('takes its numbers from inputs and waits no longer than its cap', async () => {
    const { walk, nodes } = await walkText(
      smallWorkflow(`  - name: main
    dag: {tasks: [{name: work, template: again, arguments: {parameters: [{name: max, value: '3'}, {name: pause, value: '60'}]}}]}
  - name: again
    inputs: {parameters: [{name: max}, {name: pause}]}
    retryStrategy: {limit: '{{inputs.parameters.max}}', backoff: {duration: '{{inputs.parameters.pause}}', factor: '3', cap: 100s}}
    plugin: {driver-plugin: {args: {a: work}}}
`),
      () => failed(),
    );
    const [first = 0, ...later] = walk.nodes
      .filter(({ name }) => name.includes('('))
      .map((node) => node.startedAtMs);
    assert.deepEqual(
      later.map((timeMs) => timeMs - first),
      [60_000, 160_000, 260_000],
    );
    assert.equal(nodes['.work'], 'Retry Failed No more retries left');
  });

  it('stops where the next attempt would come too late', async () => {
    const { nodes } = await walkText(
      retried('{limit: 3, backoff: {duration: 1m, factor: 2, maxDuration: 90s}}'),
      failingTwice,
    );
    assert.equal(nodes['.work'], 'Retry Failed Backoff would exceed max duration limit');
  });

  const policies = [
    { policy: 'OnFailure', phase: 'Failed', isRetried: true },
    { policy: 'OnFailure', phase: 'Error', isRetried: false },
    { policy: 'OnError', phase: 'Error', isRetried: true },
    { policy: 'OnError', phase: 'Failed', isRetried: false },
    { policy: 'Always', phase: 'Error', isRetried: true },
    { policy: 'OnTransientError', phase: 'Error', isRetried: false },
  ];
  for (const { policy, phase, isRetried } of policies) {
    it(`with the policy ${policy} ${isRetried ? 'repeats' : 'leaves'} a node in ${phase}`, async () => {
      const { asked } = await walkText(retried(`{limit: 1, retryPolicy: ${policy}}`), () =>
        reply({ node: { phase, message: 'no' } }),
      );
      assert.equal(asked.length, isRetried ? 2 : 1);
    });
  }

  it('numbers the attempts of a template that asks for it', async () => {
    const { asked } = await walkText(
      retried('{limit: 2}', `    plugin: {driver-plugin: {args: {a: 'try {{retries}} of {{node.name}}'}}}`),
      ({ a }) => (a.startsWith('try 1') ? succeeded('x') : failed()),
    );
    assert.deepEqual(asked, ['try 0 of wf.work', 'try 1 of wf.work', 'x']);
  });

  it('repeats a whole DAG', async () => {
    const { nodes } = await walkText(
      retried(
        '{limit: 1}',
        `    outputs: {parameters: [{name: out, valueFrom: {parameter: '{{tasks.leaf.outputs.parameters.out}}'}}]}
    dag: {tasks: [{name: leaf, template: ask, ${ask('leaf')}}]}`,
      ),
      ({ a, repeat }) => (a === 'leaf' && repeat === 0 ? failed() : succeeded(a)),
    );
    assert.equal(nodes['.work(0)'], 'DAG Failed');
    assert.equal(nodes['.work(0).leaf'], 'Plugin Failed refused');
    assert.equal(nodes['.work(1).leaf'], 'Plugin Succeeded fine');
    assert.equal(nodes['.work'], 'Retry Succeeded');
  });
});
