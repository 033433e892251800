import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failed, reply, smallWorkflow, succeeded, walkText } from '../small-workflow.js';

const ask = (a: string) => `arguments: {parameters: [{name: a, value: '${a}'}]}`;

describe('An exit hook', () => {
  const withHook = (a: string) =>
    smallWorkflow(
      `  - name: main
    dag:
      tasks:
      - {name: work, template: ask, ${ask(a)}, hooks: {exit: {template: ask, ${ask('after {{tasks.work.status}}')}}}}
      - {name: next, template: ask, ${ask('next')}, depends: work.Succeeded || work.Failed}
`,
    );

  for (const [a, status] of [
    ['good', 'Succeeded'],
    ['bad', 'Failed'],
  ] as const) {
    it(`of a task that ${status} runs before the next task, as a node below the task`, async () => {
      const { nodes, asked } = await walkText(withHook(a));
      assert.deepEqual(asked, [a, `after ${status}`, 'next']);
      assert.equal(nodes['.work.onExit'], 'Plugin Succeeded fine');
    });
  }

  it('that fails does not fail the task it belongs to', async () => {
    const { phase, nodes } = await walkText(withHook('good'), ({ a }) =>
      a.startsWith('after') ? failed() : succeeded(a),
    );
    assert.equal(nodes['.work.onExit'], 'Plugin Failed refused');
    assert.equal(phase, 'Succeeded');
  });

  it('does not run for a task that was omitted', async () => {
    const { nodes } = await walkText(
      smallWorkflow(
        `  - name: main
    dag:
      tasks:
      - {name: bad, template: ask, ${ask('bad')}}
      - {name: work, template: ask, depends: bad, hooks: {exit: {template: ask}}}
`,
      ),
    );
    assert.deepEqual(Object.keys(nodes), ['', '.bad', '.work']);
  });
});

describe("A workflow's exit handler", () => {
  const withHandler = (a: string, spec: string) =>
    smallWorkflow(
      `  - name: main
    dag: {tasks: [{name: work, template: ask, ${ask(a)}}]}
  - name: bye
    dag: {tasks: [{name: tell, template: ask, ${ask('{{workflow.status}}')}}]}
`,
      spec,
    );

  for (const spec of ['  onExit: bye', '  hooks: {exit: {template: bye}}']) {
    it(`is told how the workflow ended:${spec}`, async () => {
      const { phase, nodes, asked } = await walkText(withHandler('bad', spec));
      assert.deepEqual(asked, ['bad', 'Failed']);
      assert.equal(nodes['.onExit'], 'DAG Succeeded');
      assert.equal(nodes['.onExit.tell'], 'Plugin Succeeded fine');
      assert.equal(phase, 'Failed');
    });
  }

  it('that fails fails a workflow that had succeeded', async () => {
    const { phase } = await walkText(withHandler('good', '  onExit: bye'), ({ a }) =>
      a === 'Succeeded' ? failed() : succeeded(a),
    );
    assert.equal(phase, 'Failed');
  });
});

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
