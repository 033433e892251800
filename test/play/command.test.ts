import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/run-command.js';
import { type PluginServer, type Reaction, type ReceivedPost, startPluginServer } from './plugin-server.js';
import { smallWorkflow } from './small-workflow.js';

const root = join(import.meta.dirname, '../../..');
const examples = ['hello-world', 'nested-pipeline-with-exit-handler', 'parallel-for-with-condition'].map(
  (name) => join(root, 'examples/workflows', `${name}.yaml`),
);

let folder = '';
let server: PluginServer;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'play-command-test-'));
  await writeFile(join(folder, 'token'), 'the-token\n');
  await writeFile(
    join(folder, 'forgetful.yaml'),
    smallWorkflow(`  - name: main
    plugin: {driver-plugin: {args: {a: forget}}}
    outputs: {parameters: [{name: out, valueFrom: {default: x}}]}
`),
  );
  await writeFile(join(folder, 'refused.yaml'), 'kind: Pod\n');
  await writeFile(join(folder, 'wide.yaml'), loopOf(200));
  await writeFile(join(folder, 'crowded.yaml'), loopOf(140));
  await writeFile(join(folder, 'roomy.yaml'), loopOf(100));
  server = await startPluginServer(answerEverything);
});

/** A loop whose iterations have some 8 KB pending each. */
function loopOf(count: number): string {
  return smallWorkflow(
    `  - name: main\n    dag: {tasks: [{name: t, template: ask, withSequence: {count: ${count}}, arguments: {parameters: [{name: a, value: '${'x'.repeat(4000)}{{item}}'}]}}]}\n`,
  );
}

after(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Succeeds with a value for every declared output, but for the template that asks to be forgotten. */
function answerEverything({ body }: ReceivedPost): Reaction {
  const { template } = JSON.parse(body);
  const declared: { name: string }[] = body.includes('forget') ? [] : (template.outputs.parameters ?? []);
  const values: Readonly<Record<string, string>> = {
    'execution-id': '7',
    'iteration-count': '2',
    condition: 'nil',
    'cached-decision': 'false',
  };
  const parameters = declared.map(({ name }) => ({ name, value: values[name] ?? '{"a":1}' }));
  return { text: JSON.stringify({ node: { phase: 'Succeeded', message: 'fine', outputs: { parameters } } }) };
}

const run = (...args: readonly string[]) => runCommand(['play', ...args]);

const play = (...args: readonly string[]) =>
  run('--address', server.address, '--token-file', join(folder, 'token'), ...args);

describe('npm run play', () => {
  it('plays the examples to the end and prints their trees and one line about all', async () => {
    const { exitCode, stdout, stderr } = await play(...examples);
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^\[hello-world\] {5}say-driver {2}Plugin {2}Succeeded {2}\d+ ms {2}patch 7 B$/m);
    assert.match(stdout, /executor {2}Pod {2}Succeeded {2}\d+ ms {2}not run, patch 7 B$/m);
    assert.match(
      stdout,
      /^3 workflows: 3 Succeeded, 0 Failed, 0 Error; 18 plugin nodes, 18 POSTs, \d+ ms; at most \d+ kB of .*\n18 driver pods were not needed\.\n$/m,
    );
  });

  it('sends the token and the metadata that it is given', async () => {
    const [first = ''] = examples;
    const before = server.posts.length;
    const created = '2026-01-31T12:05:09Z';
    await play('--name', 'my-run', '--namespace', 'my-ns', '--uid', 'my-uid', '--created', created, first);
    const { headers, body } = server.posts[before] ?? { headers: {}, body: '{}' };
    assert.equal(headers.authorization, 'Bearer the-token');
    const { workflow, template } = JSON.parse(body);
    assert.deepEqual(workflow.metadata, { name: 'my-run', namespace: 'my-ns', uid: 'my-uid' });
    assert.equal(template.plugin['driver-plugin'].args.pipeline_job_create_time_utc, created);
  });

  it('prints one JSON document and nothing else with --json', async () => {
    const [hello = ''] = examples;
    const refused = join(folder, 'refused.yaml');
    const { exitCode, stdout, stderr } = await play('--json', '--name', 'x', hello).then(async (first) => {
      const second = await play('--json', refused);
      return {
        ...first,
        exitCode: second.exitCode,
        stderr: second.stderr,
        stdout: `${first.stdout}${second.stdout}`,
      };
    });
    const [first, second, ...rest] = stdout.split('\n');
    assert.deepEqual(rest, ['']);
    const [workflow] = JSON.parse(first ?? '').workflows;
    assert.deepEqual(Object.keys(workflow), ['file', 'phase', 'nodes']);
    const { ms, ...node } = workflow.nodes[1];
    assert.equal(typeof ms, 'number');
    assert.deepEqual(node, {
      name: '.root-driver',
      type: 'Plugin',
      template: 'system-dag-driver',
      phase: 'Succeeded',
      message: 'fine',
      outputs: { 'execution-id': '7', 'iteration-count': '2', condition: 'nil' },
      attempts: 1,
    });
    assert.deepEqual(JSON.parse(second ?? ''), { workflows: [{ file: refused, phase: 'Error', nodes: [] }] });
    assert.equal(stderr, `play: ${refused}: it is no Argo Workflow (kind: Workflow)\n`);
    assert.equal(exitCode, 1);
  });

  it('fails when a declared output is missing, and names it', async () => {
    const { exitCode, stdout, stderr } = await play('--name', 'wf', join(folder, 'forgetful.yaml'));
    assert.match(stdout, /^1 workflow: 1 Succeeded, /m);
    assert.equal(stderr, 'play: wf: its declared outputs out are missing\n');
    assert.equal(exitCode, 1);
  });

  it('warns where the pending templates of one moment would not fit into one object', async () => {
    const { exitCode, stderr } = await play(join(folder, 'wide.yaml'));
    assert.match(
      stderr,
      /its pending plugin templates reached \d+ bytes together; Argo .* hangs without a word/,
    );
    assert.equal(exitCode, 0);
  });

  it('warns where the pending templates of one moment leave little room for answers', async () => {
    const { exitCode, stderr } = await play(join(folder, 'crowded.yaml'));
    assert.match(
      stderr,
      /its pending plugin templates reached 1\d{6} bytes together; Argo keeps them in one object of 1\.5 MiB with the results, so that answers have to wait for room in it\n$/,
    );
    assert.equal(exitCode, 0);
  });

  it('does not warn where they leave room', async () => {
    const { exitCode, stderr } = await play(join(folder, 'roomy.yaml'));
    assert.deepEqual([exitCode, stderr], [0, '']);
  });

  it('explains itself', async () => {
    const { exitCode, stdout } = await run('--help');
    assert.equal(exitCode, 0);
    assert.match(stdout, /--token-file FILE/);
  });

  it('refuses wrong options, each in one line, and plays nothing', async () => {
    const before = server.posts.length;
    const { exitCode, stdout, stderr } = await play(
      '--address',
      'nonsense',
      '--parallel',
      '0',
      '--created=soon',
      'x',
    );
    assert.equal(exitCode, 2);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      'driver-plugin play cannot start:\n' +
        '  - --address must be a URL like http://127.0.0.1:2948, not "nonsense"\n' +
        '  - --created must be a time like 2026-01-31T12:00:00Z, not "soon"\n' +
        '  - --parallel must be a whole number from 1 to 9999, not "0"\n',
    );
    const together = await run('--token-file', 'x', '--name', 'a', 'one.yaml', 'two.yaml');
    assert.equal(together.exitCode, 2);
    assert.equal(
      together.stderr,
      'driver-plugin play cannot start:\n' +
        '  - --address and --token-file belong together\n' +
        '  - --name and --uid are for one FILE\n',
    );
    assert.equal(server.posts.length, before);
  });

  it('writes a page with every node for --html', async () => {
    const file = join(folder, 'run.html');
    const { exitCode } = await play('--html', file, ...examples);
    const page = await readFile(file, 'utf8');
    assert.equal(exitCode, 0);
    assert.ok(page.endsWith('</html>\n'));
    assert.equal(page.split('<details>').length, page.split('<rect ').length);
    assert.equal(page.split('<section>').length, 1 + examples.length);
    assert.ok(page.includes('18 driver pods were not needed.'));
  });

  it('says before it plays that the page cannot be written', async () => {
    const before = server.posts.length;
    const { exitCode, stdout, stderr } = await play(
      '--html',
      join(folder, 'absent', 'run.html'),
      ...examples,
    );
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, /^play: ENOENT/);
    assert.equal(server.posts.length, before);
  });
});
