import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failed, smallWorkflow, succeeded, walkText } from '../small-workflow.js';

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

  it('does not run for a task that was skipped', async () => {
    const { nodes, asked } = await walkText(
      smallWorkflow(
        `  - name: main
    dag: {tasks: [{name: work, template: ask, when: 'a == b', hooks: {exit: {template: ask}}}]}
`,
      ),
    );
    assert.deepEqual(Object.keys(nodes), ['', '.work']);
    assert.deepEqual(asked, []);
  });

  it('of a loop runs for each iteration and for the loop', async () => {
    const { phase, nodes } = await walkText(
      smallWorkflow(
        `  - name: main
    dag: {tasks: [{name: work, template: ask, withItems: [p, bad], ${ask('{{item}}')}, hooks: {exit: {template: ask, ${ask('after {{tasks.work.status}}')}}}}]}
`,
      ),
    );
    assert.equal(phase, 'Failed');
    assert.deepEqual(
      Object.keys(nodes).filter((name) => name.endsWith('.onExit')),
      ['.work(0:p).onExit', '.work(1:bad).onExit', '.work.onExit'],
    );
  });

  const twice = `  - name: twice
    retryStrategy: {limit: 1}
    plugin: {driver-plugin: {args: {a: bye}}}
`;
  const failingOnce = ({ a, repeat }: { a: string; repeat: number }) =>
    a === 'bye' && repeat === 0 ? failed() : succeeded(a);

  it('whose template has a retryStrategy is repeated as well', async () => {
    const { phase, nodes } = await walkText(
      smallWorkflow(
        `  - name: main
    dag: {tasks: [{name: work, template: ask, hooks: {exit: {template: twice}}}]}
${twice}`,
      ),
      failingOnce,
    );
    assert.equal(phase, 'Succeeded');
    assert.equal(nodes['.work.onExit(0)'], 'Plugin Failed refused');
    assert.equal(nodes['.work.onExit(1)'], 'Plugin Succeeded fine');
    assert.equal(nodes['.work.onExit'], 'Retry Succeeded');
  });

  it('of the whole workflow is repeated likewise', async () => {
    const { phase, nodes } = await walkText(
      smallWorkflow(
        `  - name: main\n    dag: {tasks: [{name: work, template: ask}]}\n${twice}`,
        '  onExit: twice',
      ),
      failingOnce,
    );
    assert.equal(phase, 'Succeeded');
    assert.equal(nodes['.onExit'], 'Retry Succeeded');
    assert.equal(nodes['.onExit(1)'], 'Plugin Succeeded fine');
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
