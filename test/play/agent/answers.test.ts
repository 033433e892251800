import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PluginAnswer } from '../../../src/play/agent/plugin-client.js';
import { reply, smallWorkflow, succeeded, walkText } from '../small-workflow.js';

const single = smallWorkflow('  - name: main\n    plugin: {driver-plugin: {args: {a: x}}}\n');

const raw = (httpStatus: number, httpStatusText: string, text: string): PluginAnswer => ({
  httpStatus,
  httpStatusText,
  text,
});

describe("A plugin's answer", () => {
  const node = { phase: 'Succeeded', message: 'fine' };
  const cases: readonly {
    readonly name: string;
    readonly answers: readonly PluginAnswer[];
    readonly posts: number;
    readonly result: string;
  }[] = [
    { name: 'that succeeds', answers: [reply({ node })], posts: 1, result: 'Plugin Succeeded fine' },
    {
      name: 'that is Running is asked for again, and its message stays',
      answers: [
        reply({ node: { phase: 'Running', message: 'soon' }, requeue: '1s' }),
        reply({ node: { phase: 'Succeeded' } }),
      ],
      posts: 2,
      result: 'Plugin Succeeded soon',
    },
    {
      name: 'with an empty phase publishes nothing and is asked for again',
      answers: [
        reply({ node: { message: 'unseen' }, requeue: '100ms' }),
        reply({ node: { phase: 'Succeeded' } }),
      ],
      posts: 2,
      result: 'Plugin Succeeded',
    },
    {
      name: 'that succeeds with a requeue is final',
      answers: [reply({ node, requeue: '1s' })],
      posts: 1,
      result: 'Plugin Succeeded fine',
    },
    {
      name: 'that is skipped lets the workflow succeed',
      answers: [reply({ node: { phase: 'Skipped', message: 'not needed' } })],
      posts: 1,
      result: 'Plugin Skipped not needed',
    },
    { name: '{}', answers: [reply({})], posts: 1, result: 'Plugin Failed no plugin executed the template' },
    {
      name: 'null',
      answers: [reply(null)],
      posts: 1,
      result: 'Plugin Failed no plugin executed the template',
    },
    {
      name: '404',
      answers: [raw(404, 'Not Found', '')],
      posts: 1,
      result: 'Plugin Failed no plugin executed the template',
    },
    {
      name: '500',
      answers: [raw(500, 'Internal Server Error', 'oh')],
      posts: 1,
      result: 'Plugin Failed 500 Internal Server Error: oh',
    },
    {
      name: '201, which is no success',
      answers: [raw(201, 'Created', '{}')],
      posts: 1,
      result: 'Plugin Failed 201 Created: {}',
    },
    {
      name: '503 twice, then success',
      answers: [
        raw(503, 'Service Unavailable', 'wait'),
        raw(503, 'Service Unavailable', 'wait'),
        reply({ node }),
      ],
      posts: 3,
      result: 'Plugin Succeeded fine',
    },
    {
      name: '503 for good',
      answers: Array.from({ length: 6 }, () => raw(503, 'Service Unavailable', 'wait')),
      posts: 5,
      result: 'Plugin Failed wait',
    },
    {
      name: '500 with words that Argo takes for a passing fault',
      answers: [raw(500, 'Internal Server Error', 'dial: i/o timeout'), reply({ node })],
      posts: 2,
      result: 'Plugin Succeeded fine',
    },
    { name: 'nothing', answers: [raw(200, 'OK', '')], posts: 1, result: 'Plugin Failed EOF' },
    {
      name: 'HTML',
      answers: [raw(200, 'OK', '<html>')],
      posts: 1,
      result: `Plugin Failed invalid character '<' looking for beginning of value`,
    },
    {
      name: 'broken off',
      answers: [raw(200, 'OK', '{"node":{"pha'), reply({ node })],
      posts: 2,
      result: 'Plugin Succeeded fine',
    },
    {
      name: 'with something after it',
      answers: [raw(200, 'OK', `${JSON.stringify({ node })} more`)],
      posts: 1,
      result: 'Plugin Succeeded fine',
    },
    {
      name: 'with a requeue that is a number',
      answers: [reply({ node: { phase: 'Running' }, requeue: 5 })],
      posts: 1,
      result: 'Plugin Failed json: cannot unmarshal number into Go value of type string',
    },
    {
      name: 'with a requeue without a unit',
      answers: [reply({ node: { phase: 'Running' }, requeue: '5' })],
      posts: 1,
      result: 'Plugin Failed time: missing unit in duration "5"',
    },
    {
      name: 'with a list for a node',
      answers: [reply({ node: [] })],
      posts: 1,
      result: 'Plugin Failed json: cannot unmarshal array into Go value of type v1alpha1.NodeResult',
    },
  ];
  for (const { name, answers, posts, result } of cases) {
    it(`${name}: ${result}, after ${posts} POSTs`, async () => {
      const { walk, nodes } = await walkText(
        single,
        ({ repeat }) => answers[repeat] ?? raw(500, 'Too Many', ''),
      );
      assert.equal(nodes[''], result);
      assert.equal(walk.posts, posts);
      assert.deepEqual(
        walk.nodes.map(({ attempts }) => attempts),
        [posts],
      );
    });
  }

  it('of 404 mutes the plugin for the rest of the workflow', async () => {
    const { walk, nodes } = await walkText(
      smallWorkflow(
        '  - name: main\n    dag: {tasks: [{name: one, template: ask}, {name: two, template: ask, depends: one.Failed}]}\n',
      ),
      () => raw(404, 'Not Found', ''),
    );
    assert.equal(walk.posts, 1);
    assert.equal(nodes['.two'], 'Plugin Failed no plugin executed the template');
  });

  it('keeps the outputs that a later one leaves out', async () => {
    const outputs = { parameters: [{ name: 'early', value: '1' }], result: 'r' };
    const { walk } = await walkText(single, ({ repeat }) =>
      repeat === 0
        ? reply({ node: { phase: 'Pending', outputs }, requeue: '1m30s' })
        : reply({ node: { phase: 'Succeeded', outputs: { exitCode: '0' } } }),
    );
    assert.deepEqual(walk.nodes[0]?.outputs, { ...outputs, exitCode: '0' });
  });
});

describe('Where Argo would wait for ever, the walk ends in Error and says why', () => {
  for (const phase of ['Running', 'Pending', 'Done', '']) {
    it(`after the phase ${JSON.stringify(phase)} without a requeue`, async () => {
      const { phase: end, message } = await walkText(single, () => reply({ node: { phase } }));
      assert.equal(end, 'Error');
      assert.match(message, /Argo would wait for ever, because the plugin answered without a final phase/);
    });
  }

  it('after an output that is used and was not returned, once everything else is done', async () => {
    const { phase, message, nodes } = await walkText(
      smallWorkflow(`  - name: main
    dag:
      tasks:
      - {name: one, template: ask}
      - {name: two, template: ask, depends: one, arguments: {parameters: [{name: a, value: '{{tasks.one.outputs.parameters.out}}'}]}}
      - {name: three, template: ask, arguments: {parameters: [{name: a, value: slow}]}}
`),
      ({ a, repeat }) =>
        a === 'slow' && repeat < 5
          ? reply({ node: {}, requeue: '1s' })
          : a === 'slow'
            ? succeeded('x')
            : reply({ node: { phase: 'Succeeded' } }),
    );
    assert.equal(phase, 'Error');
    const reason = 'Argo would wait for ever, because nothing resolves {{tasks.one.outputs.parameters.out}}';
    assert.equal(message, `.two: ${reason}`);
    assert.equal(nodes['.two'], `Skipped Error ${reason}`);
    assert.equal(nodes['.three'], 'Plugin Succeeded fine');
  });
});

describe('The plugin templates of one moment', () => {
  it('are weighed together', async () => {
    const { walk } = await walkText(
      smallWorkflow(
        `  - name: main\n    dag: {tasks: [{name: t, template: ask, withSequence: {count: 150}, arguments: {parameters: [{name: a, value: "{{item}}${'x'.repeat(5000)}"}]}}]}\n`,
      ),
    );
    assert.ok(walk.pendingBytes > 1_500_000, `${walk.pendingBytes} bytes`);
  });
});
