import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { smallWorkflow, walkText } from '../small-workflow.js';

const main = (more: string) => smallWorkflow(`  - name: main\n${more}\n`);
const task = (more: string) => main(`    dag: {tasks: [{name: t, template: ask, ${more}}]}`);

describe('A workflow that cannot be followed as Argo would is refused in one sentence', () => {
  const cases = [
    { name: 'no YAML', text: 'a: [', message: /^it is no YAML: / },
    { name: 'another kind', text: 'kind: Pod', message: /^it is no Argo Workflow \(kind: Workflow\)$/ },
    {
      name: 'two documents',
      text: 'kind: Workflow\n---\nkind: Workflow',
      message: /^it holds 2 YAML documents/,
    },
    {
      name: 'a number that JavaScript would round',
      text: main('    plugin: {driver-plugin: {args: {a: 12345678901234567890}}}'),
      message: /^its number 12345678901234567890 is too large to be carried exactly; write it as text$/,
    },
    {
      name: 'an unknown member of the spec',
      text: smallWorkflow('', '  workflowTemplateRef: {name: x}'),
      message: /^the workflow has workflowTemplateRef, which is not followed here$/,
    },
    {
      name: 'an expression',
      text: task(`when: '{{=1 == 1}}'`),
      message: /^the workflow has an expression tag \({{=\.\.\.}}\), which is not evaluated here$/,
    },
    {
      name: 'no entrypoint',
      text: 'kind: Workflow\nspec: {templates: []}',
      message: /^the entrypoint is missing or no text$/,
    },
    {
      name: 'an entrypoint that does not exist',
      text: smallWorkflow(''),
      message: /^the workflow calls the template main, which does not exist$/,
    },
    { name: 'a template of no kind', text: main('    inputs: {}'), message: /^template main is of no kind/ },
    {
      name: 'a template with a lock',
      text: main('    plugin: {}\n    synchronization: {mutexes: [{name: m}]}'),
      message: /^template main has synchronization, which is not followed here$/,
    },
    {
      name: 'a task of an unknown template',
      text: main('    dag: {tasks: [{name: t, template: nowhere}]}'),
      message: /^the t task of template main calls the template nowhere, which does not exist$/,
    },
    {
      name: 'an unknown dependency',
      text: task('depends: gone'),
      message: /^in template main, task t depends on gone, which is no task of this DAG$/,
    },
    {
      name: 'an unknown task result',
      text: main('    dag: {tasks: [{name: t, template: ask}, {name: u, template: ask, depends: t.Done}]}'),
      message: /^in template main, task u depends on t\.Done, which is no task result$/,
    },
    {
      name: 'a circle',
      text: main(
        '    dag: {tasks: [{name: t, template: ask, depends: u}, {name: u, template: ask, depends: t}]}',
      ),
      message: /^in template main, task t depends on itself$/,
    },
    {
      name: 'a broken depends',
      text: main('    dag: {tasks: [{name: t, template: ask}, {name: u, template: ask, depends: "t &&"}]}'),
      message: /^in template main, task u has a depends that ends or breaks off where a task name belongs$/,
    },
    {
      name: 'two tasks of one name',
      text: main('    dag: {tasks: [{name: t, template: ask}, {name: t, template: ask}]}'),
      message: /^in template main, two tasks have the same name$/,
    },
    {
      name: 'a hook with a condition',
      text: task('hooks: {running: {template: ask, expression: "true"}}'),
      message: /^the t task of template main has the hook running with an expression/,
    },
    {
      name: 'artifacts',
      text: task('arguments: {artifacts: [{name: x, from: y}]}'),
      message: /^the t task of template main has artifacts among its arguments/,
    },
    {
      name: 'an unquoted y as a name',
      text: main('    inputs: {parameters: [{name: y}]}\n    plugin: {}'),
      message: /^the name of a parameter of template main is missing or no text$/,
    },
  ];
  for (const { name, text, message } of cases) {
    it(name, async () => {
      await assert.rejects(walkText(text), { message });
    });
  }
});

describe('A workflow as people write them', () => {
  it('may leave the lines of a quoted value as far left as its key', async () => {
    const text = smallWorkflow(`  - name: main
    plugin:
      driver-plugin:
        args:
          a: 'it''s
          "two" lines'
          b: "x
          y"
`);
    const { asked } = await walkText(text);
    assert.deepEqual(asked, [`it's "two" lines`]);
  });

  it('may write dates, times and numbers that stay what they are', async () => {
    const { bodies } = await walkText(
      main(
        '    plugin: {driver-plugin: {args: {a: 2026-01-31, b: 12:30:45, c: 1.5, d: "007", e: yes, f: null}}}',
      ),
    );
    assert.deepEqual(JSON.parse(bodies[0] ?? '').template.plugin['driver-plugin'].args, {
      a: '2026-01-31',
      b: '12:30:45',
      c: 1.5,
      d: '007',
      e: true,
      f: null,
    });
  });
});
