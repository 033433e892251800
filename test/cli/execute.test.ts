import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ServerCredentials } from '@grpc/grpc-js';
import { StatusError } from '../../src/contract/status-error.js';
import { runCommand } from '../support/run-command.js';
import { drivePlausibly } from '../support/start-bridge.js';
import { type Drive, startDriver } from '../support/start-driver.js';

const root = new URL('../../../', import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, root));
const certificates = pathOf('test/support/certificates/');
const templateBody = pathOf('examples/template.json');
const body = JSON.parse(readFileSync(templateBody, 'utf8'));

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'execute-test-'));
});
after(() => rm(folder, { recursive: true }));

/** A driver that answers plausibly, and the command in front of it. */
async function start(t: { after(action: () => void): void }, drive: Drive = drivePlausibly) {
  const driver = await startDriver(drive);
  t.after(driver.close);
  const execute = (args: readonly string[], stdin = '') =>
    runCommand(['execute', '--driver', driver.address, ...args], { stdin });
  return { driver, execute };
}

test("a body of Argo's agent is driven once, and its outputs are printed as Argo would see them", async (t) => {
  const { driver, execute } = await start(t);
  const { exitCode, stdout, stderr } = await execute([templateBody]);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.equal(
    stdout,
    'Succeeded: ROOT_DAG driver done as execution 7\n' +
      '  execution-id     7\n' +
      '  iteration-count  0\n' +
      '  condition        nil\n',
  );
  const [request, ...more] = driver.requests;
  assert.equal(more.length, 0);
  assert.deepEqual(request?.workflow, body.workflow.metadata);
  assert.match(request?.request_id ?? '', /^execute-[0-9a-f-]{36}$/);
});

test('a template alone belongs to the workflow that the options name; an argument keeps its own text', async (t) => {
  const { driver, execute } = await start(t);
  const args =
    '{"type":"ROOT_DAG","pipeline_name":"p","run_id":"r","component":"{}","runtime_config":"","new":{"a":1.50}}';
  const template = `{"name":"x","outputs":{"parameters":[{"name":"execution-id"}]},"plugin":{"other-name":{"args":${args}}}}`;
  const { exitCode, stdout } = await execute(
    ['--name', 'wf', '--namespace', 'ns', '--uid', 'u', '--request-id', 'again', '--json', '-'],
    template,
  );
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(stdout), {
    node: {
      phase: 'Succeeded',
      message: 'ROOT_DAG driver done as execution 7',
      outputs: {
        parameters: [
          { name: 'execution-id', value: '7' },
          { name: 'iteration-count', value: '0' },
        ],
      },
    },
  });
  const [request] = driver.requests;
  assert.deepEqual(request?.workflow, { name: 'wf', namespace: 'ns', uid: 'u' });
  assert.equal(request?.request_id, 'again');
  assert.deepEqual(request?.extra_args, { new: '{"a":1.50}' });
});

test('an ExecuteRequest is sent as it stands, under its own request_id', async (t) => {
  const { driver, execute } = await start(t);
  const file = pathOf('examples/grpcurl/container.json');
  const { exitCode, stdout } = await execute([file]);
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /^Succeeded: CONTAINER driver done as execution 8\n {2}pod-spec-patch {3}\{"containers"/,
  );
  assert.match(stdout, /\n {2}cached-decision {2}false\n {2}condition {8}nil\n/);
  const written = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(driver.requests[0]?.request_id, written.request_id);
  assert.equal(driver.requests[0]?.component, written.component);
});

const refused = [
  { name: 'text that is not JSON', text: '{', fault: /it is not valid JSON/ },
  {
    name: 'JSON of another kind',
    text: '{"kind":"Pod"}',
    fault: /must be an ExecuteRequest \(with "type"\)/,
  },
  {
    name: 'an ExecuteRequest with a misspelt field',
    text: '{"type":"DRIVER_TYPE_DAG","pipelin_name":"x"}',
    fault: /field "pipelin_name" is not one of kfp.driver.v1.ExecuteRequest/,
  },
  {
    name: 'a template that lacks what its driver needs',
    text: '{"name":"x","plugin":{"driver-plugin":{"args":{"type":"DAG"}}}}',
    fault: /arguments "pipeline_name", "run_id", .* is missing: DAG needs it/,
  },
];
for (const { name, text, fault } of refused) {
  test(`${name} is Failed with the remedy, and the driver is not called`, async (t) => {
    const { driver, execute } = await start(t);
    const { exitCode, stdout } = await execute(['-'], text);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^Failed: driver-plugin refused -: /);
    assert.match(stdout, fault);
    assert.equal(driver.requests.length, 0);
  });
}

test("the driver's verdict is Failed with its sentence, and is not sent again", async (t) => {
  const { driver, execute } = await start(t, () => {
    throw new StatusError('FAILED_PRECONDITION', 'the task has no image');
  });
  const { exitCode, stdout } = await execute([templateBody]);
  assert.equal(exitCode, 1);
  assert.equal(stdout, 'Failed: FAILED_PRECONDITION: the driver refused the task: the task has no image\n');
  assert.equal(driver.requests.length, 1);
});

test('a server that is away is an Error that names it', async () => {
  const { exitCode, stdout } = await runCommand(['execute', '--driver', '127.0.0.1:1', templateBody]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^Error: UNAVAILABLE: no connection to 127\.0\.0\.1:1/);
});

test('--timeout is the deadline of the call', async (t) => {
  const { driver, execute } = await start(t, () => new Promise(() => {}));
  const { exitCode, stdout } = await execute(['--timeout', '3', templateBody]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^Error: DEADLINE_EXCEEDED: the driver did not answer in time/);
  assert.equal(driver.requests.length, 1);
});

test('with TLS, a client certificate and a token it is let in; without its CA it is not', async (t) => {
  const read = (name: string) => readFileSync(join(certificates, name));
  const pair = { private_key: read('server.key'), cert_chain: read('server.pem') };
  const credentials = ServerCredentials.createSsl(read('ca.pem'), [pair], true);
  const driver = await startDriver(drivePlausibly, { credentials });
  t.after(driver.close);
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'the-token\n');
  const trust = [
    ...['--ca', join(certificates, 'ca.pem'), '--cert', join(certificates, 'client.pem')],
    ...['--key', join(certificates, 'client.key'), '--token-file', tokenFile],
  ];
  const target = `grpcs://${driver.address}`;
  const good = await runCommand(['execute', '--driver', target, ...trust, templateBody]);
  assert.equal(good.exitCode, 0, good.stdout);
  assert.deepEqual(driver.metadata[0]?.get('authorization'), ['Bearer the-token']);
  const bad = await runCommand(['execute', '--driver', target, templateBody]);
  assert.equal(bad.exitCode, 1);
  assert.match(bad.stdout, /^Error: UNAVAILABLE: no connection/);
  assert.equal(driver.requests.length, 1);
});

test('bad usage ends with 2 and calls nobody', async (t) => {
  const { driver, execute } = await start(t);
  const { exitCode, stdout, stderr } = await execute(['--cert', '/nonexistent', '--timeout', 'x']);
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /--cert must be a file that can be read/);
  assert.match(stderr, /--timeout must be a number of seconds/);
  const twoFiles = await execute(['--key', templateBody, 'a', 'b']);
  assert.equal(twoFiles.exitCode, 2);
  assert.match(twoFiles.stderr, /name one FILE.*\n {2}- --cert and --key belong together\n/);
  assert.equal(driver.requests.length, 0);
});
