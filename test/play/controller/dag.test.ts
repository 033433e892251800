import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { smallWorkflow, walkText } from '../small-workflow.js';

const task = (name: string, a: string, more = '') =>
  `      - {name: ${name}, template: ask, arguments: {parameters: [{name: a, value: '${a}'}]}${more}}\n`;

const dag = (...tasks: readonly string[]) =>
  smallWorkflow(`  - name: main\n    dag:\n      tasks:\n${tasks.join('')}`);

describe('A DAG whose tasks depend on one another', () => {
  const cases: readonly {
    readonly name: string;
    readonly depends: string;
    readonly runs: boolean;
  }[] = [
    { name: 'a success', depends: 'good.Succeeded', runs: true },
    { name: 'the success of a failed task', depends: 'bad.Succeeded', runs: false },
    { name: 'a failure', depends: 'bad.Failed', runs: true },
    { name: 'an error', depends: 'err.Errored', runs: true },
    { name: 'the failure of a task in Error', depends: 'err.Failed', runs: false },
    { name: 'a skipped task', depends: 'skip.Skipped', runs: true },
    { name: 'a bare name that succeeded', depends: 'good', runs: true },
    { name: 'a bare name that was skipped', depends: 'skip', runs: true },
    { name: 'a bare name that failed', depends: 'bad', runs: false },
    { name: 'an omitted task', depends: 'omitted.Omitted', runs: true },
    { name: 'either of two', depends: 'bad.Succeeded || good.Succeeded', runs: true },
    { name: 'both of two', depends: 'bad.Succeeded && good.Succeeded', runs: false },
    { name: 'the opposite', depends: '!bad.Succeeded', runs: true },
    { name: 'and before or', depends: 'good || bad && err', runs: true },
    { name: 'parentheses', depends: '(good || bad) && err', runs: false },
    { name: 'any iteration', depends: 'loop.AnySucceeded', runs: true },
    { name: 'all iterations', depends: 'loop.AllFailed', runs: false },
    { name: 'a loop over nothing', depends: 'empty.Skipped', runs: true },
    { name: 'a bare loop over nothing', depends: 'empty', runs: true },
    { name: 'any iteration of a loop over nothing', depends: 'empty.AnySucceeded', runs: false },
    { name: 'all iterations of a loop over nothing', depends: 'empty.AllFailed', runs: false },
    { name: 'a bare name that was omitted', depends: 'omitted', runs: false },
    { name: 'all iterations of a loop that failed', depends: 'badloop.AllFailed', runs: true },
  ];
  for (const { name, depends, runs } of cases) {
    it(`${runs ? 'runs' : 'omits'} a task that depends on ${name}: ${depends}`, async () => {
      const { nodes } = await walkText(
        dag(
          task('good', 'good'),
          task('bad', 'bad'),
          task('err', 'err'),
          task('skip', 'skip', `, when: '1 == 2'`),
          task('omitted', 'omitted', ', depends: bad'),
          task('loop', '{{item}}', ', withItems: [fine, bad]'),
          task('badloop', '{{item}}', ', withItems: [bad1, bad2]'),
          task('empty', '{{item}}', `, withParam: '[]'`),
          task('last', 'last', `, depends: '${depends}'`),
        ),
      );
      const expected = runs ? 'Plugin Succeeded fine' : 'Skipped Omitted omitted: depends condition not met';
      assert.equal(nodes['.last'], expected);
    });
  }

  it('waits for all named dependencies and hands their outputs on', async () => {
    const { phase, asked } = await walkText(
      dag(
        task('one', '1'),
        task('two', '2'),
        task(
          'sum',
          '{{tasks.one.outputs.parameters.out}}+{{tasks.two.outputs.parameters.out}}',
          ', dependencies: [one, two]',
        ),
      ),
    );
    assert.equal(phase, 'Succeeded');
    assert.deepEqual(asked, ['1', '2', '1+2']);
  });

  it('fails after every branch that could still run has run', async () => {
    const { phase, nodes } = await walkText(
      dag(
        task('bad', 'bad'),
        task('one', '1'),
        task('two', '2', ', depends: one'),
        task('after', '3', ', depends: bad'),
      ),
    );
    assert.equal(phase, 'Failed');
    assert.deepEqual(nodes, {
      '': 'DAG Failed',
      '.after': 'Skipped Omitted omitted: depends condition not met',
      '.bad': 'Plugin Failed refused',
      '.one': 'Plugin Succeeded fine',
      '.two': 'Plugin Succeeded fine',
    });
  });

  it('succeeds in spite of a failed task that continues on failure', async () => {
    const { phase, nodes } = await walkText(
      dag(task('bad', 'bad', ', continueOn: {failed: true}'), task('after', 'x', ', dependencies: [bad]')),
    );
    assert.equal(phase, 'Succeeded');
    assert.equal(nodes['.after'], 'Plugin Succeeded fine');
  });

  it('walks only the targets and what they need', async () => {
    const { phase, asked } = await walkText(
      smallWorkflow(
        `  - name: main\n    dag:\n      target: two\n      tasks:\n${task('one', '1')}${task('two', '2', ', depends: one')}${task('three', '3')}`,
      ),
    );
    assert.equal(phase, 'Succeeded');
    assert.deepEqual(asked, ['1', '2']);
  });

  it('offers the default outputs of a skipped task to the next', async () => {
    const { asked } = await walkText(
      dag(
        task('skip', '1', `, when: 'a == b'`),
        task('after', '{{tasks.skip.outputs.parameters.out}}', ', depends: skip'),
      ),
    );
    assert.deepEqual(asked, ['declared']);
  });
});

describe('Nested DAGs', () => {
  const nested = (inner: string, outputs = '') =>
    smallWorkflow(
      `  - name: main\n    dag:\n      tasks:\n      - {name: outer, template: inner}\n${task(
        'after',
        '{{tasks.outer.outputs.parameters.res}}',
        ', depends: outer',
      )}  - name: inner\n${outputs}    dag:\n      tasks:\n${inner}`,
    );

  it('return the outputs of their tasks', async () => {
    const { phase, asked } = await walkText(
      nested(
        task('leaf', 'deep'),
        `    outputs: {parameters: [{name: res, valueFrom: {parameter: '{{tasks.leaf.outputs.parameters.out}}'}}]}\n`,
      ),
    );
    assert.equal(phase, 'Succeeded');
    assert.deepEqual(asked, ['deep', 'deep']);
  });

  it('fail with their tasks', async () => {
    const { phase, nodes } = await walkText(nested(task('leaf', 'bad')));
    assert.equal(phase, 'Failed');
    assert.equal(nodes['.outer'], 'DAG Failed');
    assert.equal(nodes['.after'], 'Skipped Omitted omitted: depends condition not met');
  });

  it('start only as many at a time as their parent allows', async () => {
    let running = 0;
    let most = 0;
    const { phase } = await walkText(
      smallWorkflow(
        `  - name: main\n    parallelism: 2\n    dag:\n      tasks:\n      - {name: loop, template: inner, withSequence: {count: 7}, arguments: {parameters: [{name: num, value: '{{item}}'}]}}\n` +
          `  - name: inner\n    inputs: {parameters: [{name: num}]}\n    dag:\n      tasks:\n${task('first', 'start {{inputs.parameters.num}}')}${task('last', 'end {{inputs.parameters.num}}', ', depends: first')}`,
      ),
      ({ a }) => {
        running += a.startsWith('start') ? 1 : -1;
        most = Math.max(most, running);
        return { httpStatus: 200, httpStatusText: 'OK', text: '{"node":{"phase":"Succeeded"}}' };
      },
    );
    assert.equal(phase, 'Succeeded');
    assert.equal(most, 2);
  });
});
