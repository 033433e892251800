import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readManifest } from '../../src/workflow/read-manifest.js';
import { argsOf, templatesOf } from '../convert/small-kfp-workflow.js';
import { waitForEnd } from '../support/start-program.js';
import { testFolder } from '../support/start-server-program.js';

const command = new URL('../../src/cli/convert.js', import.meta.url).href;

const workflow = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: small- # a name
spec:
  entrypoint: root
  arguments:
    parameters:
    - name: component
      value: '{"text":"a long
        text"}'
  templates:
  - name: root
    dag:
      tasks:
      - name: one
        template: driver
        arguments:
          parameters:
          - {name: component, value: "{{workflow.parameters.component}}"}
  - name: driver
    inputs:
      parameters:
      - name: component
    outputs:
      parameters:
      - name: condition
        valueFrom:
          path: /tmp/condition
    container:
      command: [driver]
      args: [--component, "{{inputs.parameters.component}}", --condition_path=/tmp/condition]
`;

const converted = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: small- # a name
spec:
  entrypoint: root
  arguments:
    parameters:
    - name: component
      value: '{"text":"a long
        text"}'
    - name: driver-99feb5cb
      value: '{"component":{"parameter":"component"}}'
  templates:
  - name: root
    dag:
      tasks:
      - name: one
        template: driver
        arguments:
          parameters:
          - name: arguments-from
            value: driver-99feb5cb
  - name: driver
    inputs:
      parameters:
      - name: arguments-from
    outputs:
      parameters:
      - name: condition
        valueFrom:
          jsonPath: $.condition
    plugin:
      driver-plugin:
        args:
          node: "{{node.name}}"
          arguments_from: "{{inputs.parameters.arguments-from}}"
`;

const configMap = `# kept as it is
kind: ConfigMap
data: {a: 'b',   c: d}
`;

function convert(args: readonly string[], stdin = '') {
  const script = `process.exitCode = await (await import('${command}')).run(process.argv.slice(1))`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...args]);
  child.stdin.end(stdin);
  return waitForEnd(child);
}

test('stdin goes to stdout with nothing changed but the driver, its calls and their inputs', async () => {
  const { stdout, stderr, exitCode } = await convert([], workflow);
  assert.equal(stdout.replaceAll(/driver-[0-9a-f]{8}/g, 'driver-99feb5cb'), converted);
  assert.match(stderr, /^-: converted driver\n {2}driver pods saved: 1 per run\n/);
  assert.equal(exitCode, 0);
});

test('what it has written, it leaves as it is, byte for byte', async () => {
  const once = await convert([], workflow);
  const twice = await convert([], once.stdout);
  assert.equal(twice.stdout, once.stdout);
  assert.match(twice.stderr, /^-: left alone: no template runs the command \["driver"\] in a container$/m);
  assert.equal((await convert(['--check'], once.stdout)).exitCode, 0);
});

test('documents that are no workflows stay byte for byte, between those that are', async () => {
  const text = `---\n${configMap}---\n${workflow}---\n${configMap}`;
  const { stdout, stderr } = await convert([], text);
  const [before, , after] = stdout.split(/^---\n/m).slice(1);
  assert.deepEqual([before, after], [configMap, configMap]);
  assert.match(stdout, /arguments_from/);
  assert.match(stderr, /^- \(small-\): converted driver$/m);
  assert.match(stderr, /^1 of 3 workflows converted$/m);
});

test('JSON stays JSON', async () => {
  const json = JSON.stringify(readManifest(workflow), null, 4);
  const { stdout } = await convert(['--by-value'], json);
  const read = JSON.parse(stdout);
  assert.deepEqual(argsOf(templatesOf(read)['driver']), {
    component: '{{inputs.parameters.component}}',
    node: '{{node.name}}',
  });
  assert.equal(stdout.split('\n')[1], '    "apiVersion": "argoproj.io/v1alpha1",');
});

test('--output writes each file into a folder, and --check none', async (t) => {
  const folder = testFolder(t);
  const file = join(folder, 'small.yaml');
  writeFileSync(file, workflow);
  const checked = await convert(['--check', file]);
  assert.equal(checked.exitCode, 1);
  assert.equal(readFileSync(file, 'utf8'), workflow);
  const { stdout, stderr, exitCode } = await convert(['--output', join(folder, 'out'), file]);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /small\.yaml: converted driver/);
  assert.match(readFileSync(join(folder, 'out', 'small.yaml'), 'utf8'), /arguments_from/);
});

test('a driver that must stay a pod leaves its workflow as it is, with the reason', async () => {
  const text = workflow.replace(
    'command: [driver]',
    'command: [driver]\n      env: [{name: KFP_MLFLOW_CONFIG}]',
  );
  const { stdout, stderr, exitCode } = await convert([], text);
  assert.equal(stdout, text);
  assert.match(stderr, /^-: left alone: template driver writes to MLflow/);
  assert.equal(exitCode, 0);
});

test('the report of --json says the same, with the bytes of the largest moment', async () => {
  const { stdout, exitCode } = await convert(['--check', '--json'], workflow);
  const [file] = JSON.parse(stdout).files;
  const [only] = file.workflows;
  assert.equal(only.name, 'small-');
  assert.deepEqual(only.converted.savedPods, { perRun: 1, perIteration: {} });
  assert.ok(only.pendingBytes.converted > 100 && only.pendingBytes.byValue > 100);
  assert.equal(exitCode, 1);
});

test('a file that cannot be read does not keep the others from being converted', async (t) => {
  const file = join(testFolder(t), 'small.yaml');
  writeFileSync(file, workflow);
  const { stdout, stderr, exitCode } = await convert(['/nowhere/x.yaml', file]);
  assert.match(stdout, /arguments_from/);
  assert.match(stderr, /^\/nowhere\/x\.yaml: ENOENT/m);
  assert.equal(exitCode, 1);
});

const wrong: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
  [['--exit-hooks', 'none'], /--exit-hooks must be one of pod, plugin, not "none"/],
  [['--output', 'x'], /--output is for FILEs, not for stdin/],
  [['--output', 'x', 'a/y', 'b/y'], /two FILEs have the name y/],
  [['--check', '--output', 'x', 'a'], /--check writes nothing/],
  [['--driver-command', ' '], /--driver-command must be a command, like "driver"/],
  [['--unknown'], /--unknown is unknown/],
];

for (const [args, sentence] of wrong) {
  test(`convert ${args.join(' ')} is refused with one sentence`, async () => {
    const { stdout, stderr, exitCode } = await convert(args, workflow);
    assert.match(
      stderr,
      RegExp(`^driver-plugin convert cannot start:\\n {2}- ${sentence.source}[^\\n]*\\n$`),
    );
    assert.deepEqual([exitCode, stdout], [2, '']);
  });
}
