import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { homedir, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Script } from 'node:vm';
import type { Environment } from '../../src/common/settings.js';
import { admitted, reviewOf } from '../support/admission.js';
import { copyBundles, filesBelow, makeBundles, projectFolder, startListening } from '../support/bundles.js';
import { callDriver, createTestClient } from '../support/call-driver.js';
import { checkHealth, listServices } from '../support/call-standard-services.js';
import { driverWorkflow } from '../support/driver-workflow.js';
import { drivePlausibly } from '../support/start-bridge.js';
import { startDriver } from '../support/start-driver.js';
import { testFolder } from '../support/start-server-program.js';
import { testToken } from '../support/start-test-sidecar.js';
import { call } from '../support/start-test-webhook.js';
import { containerArguments, templateBody } from '../support/templates.js';
import { certificateFor, temporaryFolder, writeCertificate } from '../support/webhook-files.js';

const bundles = makeBundles();
const fromSources = join(projectFolder, 'dist/src/main.js');
const body = JSON.stringify(templateBody(containerArguments));

async function startSidecarOf(
  t: TestContext,
  program: string,
  flags: readonly string[] = [],
  more: Environment = {},
) {
  const driver = await startDriver(drivePlausibly);
  t.after(driver.close);
  const tokenPath = join(testFolder(t), 'token');
  writeFileSync(tokenPath, testToken);
  const env = { DRIVER_HOST: driver.address, SERVER_PORT: '0', TOKEN_PATH: tokenPath, ...more };
  const sidecar = await startListening(t, [...flags, program], env);
  const post = async (text: string, method = 'POST', path = '/api/v1/template.execute') => {
    const headers = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${testToken}`,
      Connection: 'close',
    };
    const sent = { method, headers, ...(method === 'POST' && { body: text }) };
    const response = await fetch(`${sidecar.address}${path}`, sent);
    const { date: _date, ...kept } = Object.fromEntries(response.headers);
    return { httpStatus: response.status, headers: kept, text: await response.text() };
  };
  return { ...sidecar, driver, post };
}

async function startServerOf(t: TestContext, program: string, flags: readonly string[] = []) {
  return await startListening(t, [...flags, program], {
    ENGINE: 'memory',
    NAMESPACE: 'kubeflow',
    ALLOW_UNAUTHENTICATED: 'true',
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: '0',
  });
}

const aRequest = {
  request_id: 'one',
  workflow: { name: 'one', namespace: 'kubeflow', uid: 'one' },
  type: 'DRIVER_TYPE_ROOT_DAG',
  pipeline_name: 'one',
  run_id: 'one',
  component: '{"dag":{}}',
  runtime_config: '{}',
} as const;

const requests = [
  { name: 'a task', text: body },
  { name: "another plugin's template", text: '{"template":{"plugin":{"hello":{}}}}' },
  { name: 'a body that is not JSON', text: '{' },
  { name: 'an empty body', text: '' },
  { name: 'a GET', text: '', method: 'GET' },
  { name: 'another path', text: body, path: '/api/v1/other' },
];
for (const { name, text, method, path } of requests) {
  test(`the bundled sidecar answers ${name} as the sources do, header by header`, async (t) => {
    const [bundled, plain] = await Promise.all([
      startSidecarOf(t, join(bundles, 'driver-plugin.cjs')),
      startSidecarOf(t, fromSources),
    ]);
    const [given, expected] = await Promise.all([
      bundled.post(text, method, path),
      plain.post(text, method, path),
    ]);
    assert.deepEqual(given, expected);
    assert.equal(bundled.driver.requests.length, plain.driver.requests.length);
  });
}

test('the first POST waits for gRPC and is answered, and SIGTERM ends the bundled sidecar with 0', async (t) => {
  const sidecar = await startSidecarOf(t, join(bundles, 'driver-plugin.cjs'));
  assert.equal(sidecar.message, 'listening');
  assert.match((await sidecar.post(body)).text, /"phase":"Succeeded"/);
  assert.equal(sidecar.driver.requests.length, 1);
  sidecar.kill();
  const { exitCode, stderr } = await sidecar.ended;
  assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: '' });
});

test('a bundled sidecar that cannot load its HTTP side ends with 1 and says so', async (t) => {
  const copy = copyBundles(t, bundles);
  rmSync(join(copy, 'serve/express.js'));
  const { ended } = await startSidecarOf(t, join(copy, 'driver-plugin.cjs'));
  const { exitCode, stdout, stderr } = await ended;
  assert.deepEqual({ exitCode, stderr }, { exitCode: 1, stderr: '' });
  const { level, message, errorCode } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.deepEqual([level, message, errorCode], ['error', 'cannot start', 'ENOENT']);
});

test('a bundled sidecar that cannot load gRPC says so, stays, and calls no driver', async (t) => {
  const copy = copyBundles(t, bundles);
  rmSync(join(copy, 'serve/grpc.js'));
  const sidecar = await startSidecarOf(t, join(copy, 'driver-plugin.cjs'));
  const { httpStatus, text } = await sidecar.post(body);
  assert.equal(httpStatus, 200);
  assert.match(text, /"phase":"(Failed|Error)"/);
  assert.equal(sidecar.driver.requests.length, 0);
  sidecar.kill();
  const { exitCode, stdout } = await sidecar.ended;
  assert.equal(exitCode, 0);
  assert.match(stdout, /"message":"cannot call the driver server"/);
});

test('the bundled programs answer a task and a call without compiling code that they make themselves', async (t) => {
  const flags = ['--disallow-code-generation-from-strings'];
  const sidecar = await startSidecarOf(t, join(bundles, 'driver-plugin.cjs'), flags);
  assert.match((await sidecar.post(body)).text, /"phase":"Succeeded"/);
  const server = await startServerOf(t, join(bundles, 'kfp-driver-server.cjs'), flags);
  const client = createTestClient(server.address);
  t.after(() => client.close());
  assert.match(String((await callDriver(client, aRequest)).execution_id), /^\d+$/);
  assert.deepEqual(await checkHealth(t, server.address, ''), { status: 'SERVING' });
});

test('an error in the log of a bundled program names the file and line of its source', async (t) => {
  const sidecar = await startSidecarOf(t, join(bundles, 'driver-plugin.cjs'));
  await sidecar.post('{');
  sidecar.kill();
  const { stdout } = await sidecar.ended;
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { errorStack } = lines.find(({ message }) => message === 'refused a body');
  const [, path = '', line = ''] = / at (src\/argo\/[a-z-]+\.ts):(\d+):\d+\n/.exec(errorStack) ?? [];
  const source = readFileSync(join(projectFolder, path), 'utf8').split('\n')[Number(line) - 1];
  assert.match(String(source), /JSON\.parse\(/);
  assert.ok(!errorStack.includes('program.js'), errorStack);
});

test('the bundled driver server answers a call, its health and reflection', async (t) => {
  const server = await startServerOf(t, join(bundles, 'kfp-driver-server.cjs'));
  const client = createTestClient(server.address);
  t.after(() => client.close());
  const response = await callDriver(client, aRequest);
  assert.match(String(response.execution_id), /^\d+$/);
  assert.deepEqual(await checkHealth(t, server.address, ''), { status: 'SERVING' });
  assert.ok((await listServices(t, server.address))?.includes('kfp.driver.v1.DriverService'));
});

async function startWebhookOf(t: TestContext, flags: readonly string[] = [], more: Environment = {}) {
  const made = await certificateFor();
  const files = writeCertificate(temporaryFolder(t), made);
  const env = { SERVER_HOST: '127.0.0.1', SERVER_PORT: '0', ADMIN_PORT: 'off', ...files, ...more };
  const webhook = await startListening(t, [...flags, join(bundles, 'driver-plugin.cjs'), 'webhook'], env);
  const agent = new Agent({ ca: made.caCertificate, servername: 'localhost' });
  t.after(() => agent.destroy());
  return { convert: (review: string) => call(webhook, agent, 'POST', '/convert', review) };
}

test('the bundled webhook converts a workflow', async (t) => {
  const webhook = await startWebhookOf(t);
  const answer = await webhook.convert(reviewOf(driverWorkflow()));
  assert.equal(admitted(answer).patchType, 'JSONPatch');
});

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);

test('the bundled sidecar reaches a driver server by its IPv6 address', {
  skip: !hasIpv6 && 'this machine has no ::1',
}, async (t) => {
  const driver = await startDriver(drivePlausibly);
  t.after(driver.close);
  const front = createServer((socket) => {
    const back = connect(Number(driver.address.split(':').at(-1)), '127.0.0.1');
    socket.pipe(back).pipe(socket);
    t.after(() => back.destroy());
  });
  t.after(() => front.close());
  await new Promise((resolve) => front.listen(0, '::1', () => resolve(undefined)));
  const { port } = front.address() as AddressInfo;
  const sidecar = await startSidecarOf(t, join(bundles, 'driver-plugin.cjs'), [], {
    DRIVER_HOST: `[::1]:${port}`,
  });
  assert.match((await sidecar.post(body)).text, /"phase":"Succeeded"/);
  assert.equal(driver.requests.length, 1);
});

test('every other command runs from its bundle', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(bundles, 'driver-plugin.cjs'), ...args], { encoding: 'utf8' });
  const names = [...run('--help').stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name = '']) => name);
  assert.deepEqual(
    names.map((name) => [name, run(name, '--help').status]),
    names.map((name) => [name, 0]),
  );
  assert.ok(names.length >= 8);
  assert.match(run('demo').stdout, /\n\d+ driver pods were not needed\.\n$/);
  assert.equal(run('nonsense').status, 2);
});

const partsOfServe = ['serve/program', 'serve/express', 'serve/grpc'];
const programsWithCache = [...partsOfServe, 'server/program', 'server/metrics', 'webhook/program'];

test('V8 takes the code caches of what starts often', () => {
  for (const name of programsWithCache) {
    const twice = readFileSync(join(bundles, cacheOf(name)));
    const script = new Script(readFileSync(join(bundles, `${name}.js`), 'latin1'), {
      cachedData: twice.subarray(0, twice.length / 2),
    });
    assert.equal(script.cachedDataRejected, false, name);
  }
});

function cacheOf(name: string): string {
  return `${name}.v8-${process.versions.v8}-${process.arch}.cache`;
}

const spoilings: readonly { name: string; spoil: (cache: Buffer) => Buffer }[] = [
  { name: 'is empty', spoil: () => Buffer.alloc(0) },
  { name: 'is cut in half', spoil: (cache) => cache.subarray(0, cache.length / 2) },
  { name: 'has a wrong beginning', spoil: (cache) => Buffer.from(cache).fill(0xff, 0, 64) },
  { name: 'has wrong bytes in its middle', spoil: spoilMiddle },
  {
    name: 'has one wrong byte',
    spoil: (cache) => Buffer.from(cache).fill(cache.readUInt8(5_001) ^ 1, 5_001, 5_002),
  },
  { name: 'has lost a page', spoil: (cache) => Buffer.from(cache).fill(0, 4_096, 8_192) },
  { name: 'is all zeros', spoil: (cache) => Buffer.alloc(cache.length) },
];

function spoilMiddle(cache: Buffer): Buffer {
  const spoilt = Buffer.from(cache);
  for (let at = 1_000; at < spoilt.length; at += 997) {
    spoilt[at] = (spoilt[at] ?? 0) ^ 0x5a;
  }
  return spoilt;
}

for (const { name, spoil } of spoilings) {
  test(`a program whose code cache ${name} starts and works, without a word about it`, async (t) => {
    const copy = copyBundles(t, bundles);
    for (const program of programsWithCache) {
      const path = join(copy, cacheOf(program));
      writeFileSync(path, spoil(readFileSync(path)));
    }
    const sidecar = await startSidecarOf(t, join(copy, 'driver-plugin.cjs'));
    assert.match((await sidecar.post(body)).text, /"phase":"Succeeded"/);
    sidecar.kill();
    assert.equal((await sidecar.ended).stderr, '');
    assert.match((await startServerOf(t, join(copy, 'kfp-driver-server.cjs'))).message, /^listening$/);
  });
}

/** Of a process: what V8 says of its flags and of the heap, and which code caches it refused. */
const hook = `const { appendFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');
const { Script } = vm;
vm.Script = class extends Script {
  constructor(...given) {
    super(...given);
    const { filename, cachedData } = given[1];
    const cache = cachedData === undefined ? 'none' : this.cachedDataRejected ? 'refused' : 'taken';
    const { heap_size_limit: heapBytes } = v8.getHeapStatistics();
    appendFileSync(process.env.SEEN, JSON.stringify({ filename, cache, tag: v8.cachedDataVersionTag(), heapBytes }) + '\\n');
  }
};`;

const [ofPlugin = '', ofWebhook = ''] = [
  ...readProjectFile('charts/driver-plugin/values.yaml').matchAll(/^ +nodeOptions: (.+)$/gm),
].map(([, options]) => options);

test('plugin.yaml and the chart give the plugin the same heap', () => {
  assert.match(readProjectFile('plugin.yaml'), RegExp(`name: NODE_OPTIONS\n +value: ${ofPlugin}\n`));
});

const ofServe = ['serve/program', 'serve/grpc', 'serve/express'];
const heapOptions = [
  { name: 'of the chart the sidecar', options: ofPlugin, parts: ofServe, work: askSidecar },
  {
    name: 'of an operator the sidecar',
    options: '--max_old_space_size=96',
    parts: ofServe,
    work: askSidecar,
  },
  { name: 'of the chart the webhook', options: ofWebhook, parts: ['webhook/program'], work: askWebhook },
];

for (const { name, options, parts, work } of heapOptions) {
  test(`under the heap flags ${name} takes all code caches, Node.js' own too, and keeps its heap`, async (t) => {
    const folder = testFolder(t);
    const seen = join(folder, 'seen');
    writeFileSync(join(folder, 'hook.cjs'), hook);
    await work(t, ['--require', join(folder, 'hook.cjs')], { NODE_OPTIONS: options, SEEN: seen });
    const [plain, given] = [factsOfNode(''), factsOfNode(options)];
    assert.notEqual(given.tag, plain.tag);
    assert.deepEqual(
      readFileSync(seen, 'utf8')
        .split(/\n(?=.)/)
        .map((line) => JSON.parse(line)),
      parts.map((part) => ({
        filename: `dist/bundles/${part}.js`,
        cache: 'taken',
        tag: plain.tag,
        heapBytes: given.heapBytes,
      })),
    );
  });
}

async function askSidecar(t: TestContext, flags: readonly string[], env: Environment) {
  const sidecar = await startSidecarOf(t, join(bundles, 'driver-plugin.cjs'), flags, env);
  assert.match((await sidecar.post(body)).text, /"phase":"Succeeded"/);
}

async function askWebhook(t: TestContext, flags: readonly string[], env: Environment) {
  const webhook = await startWebhookOf(t, flags, env);
  assert.equal(admitted(await webhook.convert(reviewOf(driverWorkflow()))).patchType, 'JSONPatch');
}

/** Node.js has its own code caches for this tag alone. */
function factsOfNode(NODE_OPTIONS: string): { tag: number; heapBytes: number } {
  const look = `const v8 = require('node:v8');
    console.log(JSON.stringify({ tag: v8.cachedDataVersionTag(), heapBytes: v8.getHeapStatistics().heap_size_limit }));`;
  const { stdout } = spawnSync(process.execPath, ['-e', look], { encoding: 'utf8', env: { NODE_OPTIONS } });
  return JSON.parse(stdout);
}

function readProjectFile(name: string): string {
  return readFileSync(join(projectFolder, name), 'utf8');
}

test('no bundle holds a path of the machine that made it', () => {
  const files = filesBelow(bundles);
  assert.ok(files.length > 20);
  for (const path of files) {
    const text = readFileSync(path, 'latin1');
    for (const secret of [projectFolder, bundles, join(homedir(), '/'), join(tmpdir(), 'bundles-')]) {
      assert.ok(!text.includes(secret), `${path} has ${secret}`);
    }
  }
});

test('no bundle imports anything while it runs, which a script cannot', () => {
  for (const path of filesBelow(bundles).filter((name) => name.endsWith('.js'))) {
    assert.doesNotMatch(readFileSync(path, 'utf8'), /\bimport\(["']/, path);
  }
});

test('what went into the bundles is there with its licence, for people and scanners', () => {
  const names = filesBelow(join(bundles, 'packages'))
    .filter((path) => path.endsWith('package.json'))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')).name);
  for (const name of ['express', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'winston']) {
    assert.ok(names.includes(name), name);
  }
});
