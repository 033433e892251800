import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reply, smallWorkflow, succeeded, walkText } from '../small-workflow.js';

/** What the plugin is asked when a task hands this text to it. */
async function ask(value: string, spec = '', templates = ''): Promise<string | undefined> {
  const { asked } = await walkText(
    smallWorkflow(
      `  - name: main
    inputs: {parameters: [{name: p, default: from main}]}
    dag: {tasks: [{name: t, template: ask, arguments: {parameters: [{name: a, value: ${JSON.stringify(value)}}]}}]}
${templates}`,
      spec,
    ),
  );
  return asked[0];
}

describe('Variables in a template', () => {
  const cases = [
    { value: '{{workflow.name}}/{{workflow.namespace}}', asked: 'wf/ns' },
    { value: '{{workflow.uid}}', asked: 'f8a3c0de-0000-4000-8000-000000000001' },
    { value: '{{workflow.creationTimestamp}}', asked: '2026-01-31T12:05:09Z' },
    { value: '{{workflow.creationTimestamp.s}}', asked: '1769861109' },
    { value: '{{workflow.creationTimestamp.Y}}{{workflow.creationTimestamp.m}}', asked: '202601' },
    { value: '{{workflow.creationTimestamp.j}} {{workflow.creationTimestamp.a}}', asked: '031 Sat' },
    { value: '{{workflow.serviceAccountName}}', asked: 'runner' },
    { value: '{{workflow.mainEntrypoint}}', asked: 'main' },
    { value: '{{workflow.parameters.q}}', asked: '7' },
    {
      value: '{{workflow.parameters}}',
      asked: '[{"name":"q","value":"7"},{"name":"esc","value":"\\"<\\n>\\""}]',
    },
    { value: '{{ workflow.parameters.esc }}', asked: '"<\n>"' },
    { value: '{{inputs.parameters.p}}', asked: 'from main' },
    { value: '{{node.name}}', asked: 'wf' },
    { value: "{{$.inputs.parameters['text']}}", asked: "{{$.inputs.parameters['text']}}" },
    { value: '{{inputs.parameters.{{workflow.parameters.q}}}}', asked: '{{inputs.parameters.7}}' },
    { value: '{{unknown}}', asked: '{{unknown}}' },
  ];
  const spec = `  serviceAccountName: runner\n  arguments: {parameters: [{name: q, value: 7}, {name: esc, value: "\\"<\\n>\\""}]}`;
  for (const { value, asked } of cases) {
    it(`${value} becomes ${JSON.stringify(asked)}`, async () => {
      assert.equal(await ask(value, spec), asked);
    });
  }

  it('in a path of an output are replaced, and left where there is no path', async () => {
    const { asked } = await walkText(
      smallWorkflow(`  - name: main
    outputs: {parameters: [{name: here, valueFrom: {path: /tmp/y}}, {name: not, valueFrom: {jsonPath: $.z}}]}
    plugin: {driver-plugin: {args: {a: '{{outputs.parameters.here.path}} {{outputs.parameters.not.path}}'}}}
`),
    );
    assert.deepEqual(asked, ['/tmp/y {{outputs.parameters.not.path}}']);
  });
});

describe('An output', () => {
  const handOn = (value: unknown) =>
    walkText(
      smallWorkflow(`  - name: main
    dag:
      tasks:
      - {name: first, template: ask, arguments: {parameters: [{name: a, value: first}]}}
      - {name: then, template: ask, depends: first, arguments: {parameters: [{name: a, value: 'got {{tasks.first.outputs.parameters.out}}'}]}}
`),
      ({ a }) =>
        a === 'first'
          ? reply({ node: { phase: 'Succeeded', outputs: { parameters: [{ name: 'out', value }] } } })
          : succeeded(a),
    );
  const values = [
    { name: 'newlines, quotes and backslashes', value: 'a\n\t"b"\\', text: 'a\n\t"b"\\' },
    { name: 'a number', value: 42, text: '42' },
    { name: 'a large number', value: 1e21, text: '1000000000000000000000' },
    { name: 'a boolean', value: true, text: 'true' },
    { name: 'an object', value: { k: 1 }, text: '' },
    { name: 'a lone surrogate', value: '\ud800', text: '\ufffd' },
    { name: 'an emoji and a line separator', value: '\u{1f600}\u2028', text: '\u{1f600}\u2028' },
    { name: 'a tag', value: '{{inputs.parameters.zzz}}', text: '{{inputs.parameters.zzz}}' },
  ];
  for (const { name, value, text } of values) {
    it(`with ${name} reaches the next task`, async () => {
      const { asked } = await handOn(value);
      assert.equal(asked[1], `got ${text}`);
    });
  }

  it('with a control character breaks the template, as in Argo', async () => {
    const { phase, nodes } = await handOn('\u0001');
    assert.equal(phase, 'Error');
    const message = 'cannot finish template replacement because the result was invalid JSON';
    assert.equal(nodes['.then'], `Skipped Error ${message}`);
  });
});

describe('An input', () => {
  it('that nobody supplies ends the workflow in Error', async () => {
    const { phase, nodes } = await walkText(
      smallWorkflow(`  - name: main
    dag: {tasks: [{name: t, template: needy}]}
  - name: needy
    inputs: {parameters: [{name: must}]}
    plugin: {driver-plugin: {}}
`),
    );
    assert.equal(phase, 'Error');
    assert.equal(nodes['.t'], "Skipped Error task 'wf.t' errored: inputs.parameters.must was not supplied");
  });
});

describe("A plugin template's body", () => {
  it("carries the workflow's defaults and pod metadata below its own", async () => {
    const { bodies } = await walkText(
      smallWorkflow(
        `  - name: main
    metadata: {labels: {own: '1', both: mine}}
    plugin: {driver-plugin: {args: {a: x}}}
`,
        `  templateDefaults: {activeDeadlineSeconds: 5, container: {image: none}}
  podMetadata: {labels: {both: pod}, annotations: {made-by: '{{workflow.name}}'}}`,
      ),
    );
    assert.deepEqual(JSON.parse(bodies[0] ?? '').template, {
      name: 'main',
      inputs: {},
      outputs: {},
      metadata: { labels: { own: '1', both: 'mine' }, annotations: { 'made-by': 'wf' } },
      plugin: { 'driver-plugin': { args: { a: 'x' } } },
      activeDeadlineSeconds: 5,
    });
  });

  it('escapes <, > and & as Go does and names the workflow alone', async () => {
    const { bodies } = await walkText(
      smallWorkflow(`  - name: main\n    plugin: {driver-plugin: {args: {a: '<&>'}}}\n`),
    );
    assert.match(bodies[0] ?? '', /"a":"\\u003c\\u0026\\u003e"/);
    assert.deepEqual(JSON.parse(bodies[0] ?? '').workflow, {
      metadata: { name: 'wf', namespace: 'ns', uid: 'f8a3c0de-0000-4000-8000-000000000001' },
    });
  });
});
