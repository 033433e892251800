import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { waitForEnd } from '../support/start-program.js';
import { startApiServer } from './support/api-server.js';
import { answersOf, type Cluster, healthyCluster, namespace, paths } from './support/healthy-cluster.js';

const module = new URL('../../src/cli/doctor.js', import.meta.url).href;
const program = `import(${JSON.stringify(module)}).then(async ({ run }) => {
  process.exitCode = await run(process.argv.slice(1));
});`;

/** Runs doctor as a process, to its end. */
function runDoctor(args: readonly string[]) {
  return waitForEnd(spawn(process.execPath, ['--eval', program, '--', ...args], { env: {} }));
}

async function runOn(t: TestContext, change: (cluster: Cluster) => void, args: readonly string[] = []) {
  const cluster = healthyCluster();
  change(cluster);
  const { kubeconfig } = await startApiServer(t, answersOf(cluster));
  return runDoctor(['--kubeconfig', kubeconfig(), '--namespace', namespace, ...args]);
}

/** Argo's own times: a warning. */
const slow = ({ objects }: Cluster) => {
  const [controller] = objects[paths.controllers].items[0].spec.template.spec.containers;
  controller.env = [{ name: 'ARGO_EXECUTOR_PLUGINS', value: 'true' }];
};

test('doctor ends with 0 and a table where nothing is wrong, and leaves no connection open', async (t) => {
  const { exitCode, stdout, stderr } = await runOn(t, () => {});
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
  assert.match(stdout, /\n {2}✓ the plugin's ConfigMap is there: team-a\/driver-plugin-executor-plugin\n/);
  assert.match(stdout, /\n\d+ well, 0 warnings, 0 errors, \d+ skipped\n$/);
});

test('doctor ends with 1 and the remedy where something is wrong', async (t) => {
  const { exitCode, stdout } = await runOn(t, ({ objects }) => {
    delete objects[paths.configMap];
  });
  assert.equal(exitCode, 1);
  assert.match(
    stdout,
    / {2}✗ there is no ConfigMap .*\n {6}helm upgrade --install .*\n {6}see docs\/doctor\.md#plugin-configmap\n/,
  );
});

test('a warning alone ends with 0, and with 1 under --fail-on warning', async (t) => {
  const lenient = await runOn(t, slow);
  assert.equal(lenient.exitCode, 0);
  assert.match(lenient.stdout, / {2}! DEFAULT_REQUEUE_TIME is 10s/);
  const strict = await runOn(t, slow, ['--fail-on', 'warning']);
  assert.equal(strict.exitCode, 1);
});

test('--json prints one document whose counts are those of its checks', async (t) => {
  const { exitCode, stdout } = await runOn(t, slow, ['--json']);
  assert.equal(exitCode, 0);
  const { checks, counts } = JSON.parse(stdout);
  const outcomes: string[] = checks.map(({ outcome }: { outcome: string }) => outcome);
  assert.equal(counts.warning, 1);
  assert.equal(outcomes.filter((outcome) => outcome === 'well').length, counts.well);
  assert.equal(outcomes.filter((outcome) => outcome === 'skipped').length, counts.skipped);
});

test('wrong options end with 2 and one sentence for each, and nothing is looked at', async () => {
  const { exitCode, stdout, stderr } = await runDoctor([
    ...['--namespace', 'Team A', '--driver', 'kfp-driver-server', '--timeout', '0', '--fail-on', 'skips'],
    ...['--token-file', '/nowhere/token', '--service-account', 'runner', '--service-account', 'Runner'],
  ]);
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.equal(
    stderr,
    [
      'driver-plugin doctor cannot start:',
      '  - --namespace must be the name of a Kubernetes object, not "Team A"',
      '  - --service-account must be the name of a Kubernetes object, not "Runner"',
      '  - --driver must be HOST:PORT, such as 127.0.0.1:9000, not "kfp-driver-server"',
      '  - --token-file must be a file that can be read, not "/nowhere/token"',
      '  - --timeout must be a number of seconds from 0.1 to 600, not "0"',
      '  - --fail-on must be one of error, warning, not "skips"',
      '',
    ].join('\n'),
  );
});

test('an unknown option ends with 2', async () => {
  const { exitCode, stderr } = await runDoctor(['--fix']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--fix is unknown: see --help/);
});

test('--help says what the signs and the exit codes mean', async () => {
  const { exitCode, stdout } = await runDoctor(['--help']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^✓ is well, ! a warning, ✗ an error, - was not looked at\.$/m);
  assert.match(stdout, /^Exit codes: 0 /m);
});

test('every --service-account is looked at, once each', async (t) => {
  const { stdout } = await runOn(t, () => {}, [
    ...['--json', '--service-account', 'one', '--service-account=two', '--service-account', 'one'],
  ]);
  const { checks } = JSON.parse(stdout);
  const missing = checks
    .filter(({ id }: { id: string }) => id === 'run-account')
    .map(({ sentence }: { sentence: string }) => sentence);
  assert.deepEqual(missing, [
    `there is no service account ${namespace}/one`,
    `there is no service account ${namespace}/two`,
  ]);
});
