import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { smallWorkflow, walkText } from '../small-workflow.js';

const loop = (items: string, value = '{{item}}', after = '') =>
  smallWorkflow(
    `  - name: main\n    dag:\n      tasks:\n      - {name: x, template: ask, ${items}, arguments: {parameters: [{name: a, value: '${value}'}]}}\n${after}`,
  );

describe('A loop', () => {
  const cases = [
    {
      name: 'items of text',
      items: 'withItems: [red, blue]',
      nodes: ['x(0:red)', 'x(1:blue)'],
      asked: ['red', 'blue'],
    },
    { name: 'numbers', items: 'withItems: [1, 2.5]', nodes: ['x(0:1)', 'x(1:2.5)'], asked: ['1', '2.5'] },
    { name: 'parentheses', items: `withItems: ['a(b)']`, nodes: ['x(0:ab)'], asked: ['a(b)'] },
    {
      name: 'objects',
      items: 'withItems: [{b: 1, a: t}]',
      nodes: ['x(0:a:t,b:1)'],
      asked: ['{"a":"t","b":1}'],
    },
    {
      name: 'a member of an object',
      items: 'withItems: [{k: v}]',
      value: '{{item.k}}',
      nodes: ['x(0:k:v)'],
      asked: ['v'],
    },
    { name: 'a JSON list', items: `withParam: '["p", 7]'`, nodes: ['x(0:p)', 'x(1:7)'], asked: ['p', '7'] },
    {
      name: 'members of listed objects',
      items: `withParam: '[{"k": {"z": 1.0, "a": [true]}}, {"k": "v"}]'`,
      value: '{{item.k}}',
      nodes: ['x(0:k:{"z":1.0,"a":[true]})', 'x(1:k:v)'],
      asked: ['{"z":1.0,"a":[true]}', 'v'],
    },
    {
      name: 'numbers as they are written',
      items: `withParam: '[1.0, 1e3, 12345678901234567890]'`,
      nodes: ['x(0:1.0)', 'x(1:1e3)', 'x(2:12345678901234567890)'],
      asked: ['1.0', '1e3', '12345678901234567890'],
    },
    {
      name: 'text with escapes',
      items: `withParam: '["\\u00e9 \\"q\\""]'`,
      nodes: ['x(0:é "q")'],
      asked: ['é "q"'],
    },
    {
      name: 'lists and nothing',
      items: `withParam: '[["a", 1], null]'`,
      nodes: ['x(0:[a 1])', 'x(1:[])'],
      asked: ['["a",1]', 'null'],
    },
    { name: 'a count', items: 'withSequence: {count: 2}', nodes: ['x(0:0)', 'x(1:1)'], asked: ['0', '1'] },
    { name: 'a count as text', items: `withSequence: {count: '1'}`, nodes: ['x(0:0)'], asked: ['0'] },
    {
      name: 'a start and an end',
      items: 'withSequence: {start: 3, end: 5}',
      nodes: ['x(0:3)', 'x(1:4)', 'x(2:5)'],
      asked: ['3', '4', '5'],
    },
    {
      name: 'a way back',
      items: 'withSequence: {start: 1, end: 0}',
      nodes: ['x(0:1)', 'x(1:0)'],
      asked: ['1', '0'],
    },
    {
      name: 'a start and a count',
      items: 'withSequence: {start: 8, count: 2}',
      nodes: ['x(0:8)', 'x(1:9)'],
      asked: ['8', '9'],
    },
    {
      name: 'a format',
      items: `withSequence: {count: 1, start: 10, format: 'n%04X'}`,
      nodes: ['x(0:n000A)'],
      asked: ['n000A'],
    },
  ];
  for (const { name, items, value, nodes, asked } of cases) {
    it(`over ${name} runs once for each item`, async () => {
      const walked = await walkText(loop(items, value));
      assert.equal(walked.phase, 'Succeeded');
      assert.equal(walked.nodes['.x'], 'TaskGroup Succeeded');
      assert.deepEqual(
        Object.keys(walked.nodes).filter((node) => node.includes('(')),
        nodes.map((node) => `.${node}`),
      );
      assert.deepEqual(walked.asked, asked);
    });
  }

  for (const items of [`withParam: '[]'`, 'withSequence: {count: 0}']) {
    it(`over nothing is skipped: ${items}`, async () => {
      const { phase, nodes } = await walkText(loop(items));
      assert.equal(phase, 'Succeeded');
      assert.equal(nodes['.x'], 'Skipped Skipped Skipped, empty params');
    });
  }

  it('over nothing inside of a loop is skipped in each iteration', async () => {
    const { phase, nodes, asked } = await walkText(
      smallWorkflow(`  - name: main
    dag:
      tasks:
      - {name: outer, template: inner, withSequence: {count: 2}, arguments: {parameters: [{name: num, value: '{{item}}'}]}}
      - {name: after, template: ask, depends: outer.Succeeded}
  - name: inner
    inputs: {parameters: [{name: num}]}
    dag:
      tasks:
      - {name: x, template: ask, withSequence: {count: '{{inputs.parameters.num}}'}, arguments: {parameters: [{name: a, value: 'x{{item}}'}]}}
      - {name: end, template: ask, depends: x, arguments: {parameters: [{name: a, value: 'end{{inputs.parameters.num}}'}]}}
`),
    );
    assert.equal(phase, 'Succeeded');
    assert.equal(nodes['.outer(0:0).x'], 'Skipped Skipped Skipped, empty params');
    assert.equal(nodes['.outer(1:1).x'], 'TaskGroup Succeeded');
    assert.deepEqual([...asked].sort(), ['end0', 'end1', 'none', 'x0']);
  });

  it('does not start when an item lacks a member that is used', async () => {
    const { phase, nodes, asked } = await walkText(loop(`withParam: '[{"k":"v"},{}]'`, '{{item.k}}'));
    assert.equal(phase, 'Error');
    assert.deepEqual(nodes, { '': 'DAG Error', '.x': 'Skipped Error failed to resolve {{item.k}}' });
    assert.deepEqual(asked, []);
  });

  it('does not care what its items lack when its condition is false anyway', async () => {
    const { phase, nodes } = await walkText(loop(`withParam: '[{}]', when: 'a == b'`, '{{item.k}}'));
    assert.equal(phase, 'Succeeded');
    assert.equal(nodes['.x(0:)'], `Skipped Skipped when 'a == b' evaluated false`);
  });

  it('fails when one of its iterations does, after all of them', async () => {
    const { phase, nodes } = await walkText(loop('withItems: [bad, ok]'));
    assert.equal(phase, 'Failed');
    assert.equal(nodes['.x'], 'TaskGroup Failed');
    assert.equal(nodes['.x(1:ok)'], 'Plugin Succeeded fine');
  });

  it('decides for each item by its condition', async () => {
    const { nodes, asked } = await walkText(loop(`withItems: [1, 2], when: '{{item}} == 2'`));
    assert.equal(nodes['.x(0:1)'], `Skipped Skipped when '1 == 2' evaluated false`);
    assert.deepEqual(asked, ['2']);
  });

  it('hands the outputs of its iterations on as a list', async () => {
    const after = `      - {name: after, template: ask, depends: x, arguments: {parameters: [{name: a, value: '{{tasks.x.outputs.parameters.out}}'}]}}\n`;
    const { asked } = await walkText(loop('withItems: [p, q]', '{{item}}', after));
    assert.deepEqual(asked, ['p', 'q', '["p","q"]']);
  });

  it('names a list that is none', async () => {
    const { phase, nodes } = await walkText(loop('withParam: nonsense'));
    assert.equal(phase, 'Error');
    assert.match(
      nodes['.x'] ?? '',
      /Skipped Error withParam value could not be parsed as a JSON list: nonsense/,
    );
  });
});
