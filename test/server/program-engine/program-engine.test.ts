import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { StatusError } from '../../../src/contract/status-error.js';
import { createProgramEngine } from '../../../src/server/program-engine/program-engine.js';
import { until } from '../../support/agent.js';
import { mostAtOnce } from '../../support/most-at-once.js';
import { startMetadataServer, testFolder } from '../../support/start-server-program.js';
import {
  containerRequest,
  learnFake,
  patientContext,
  readJsonLines,
  rootRequest,
  settingsOf,
  silentLogger,
  startEngine,
  statusErrorOf,
} from './fixtures.js';

for (const version of ['2.5', '2.14', '2.15', '2.16', '2.17', '2.18']) {
  test(`the driver of ${version} is driven for each type`, async (t) => {
    const { engine, workDir } = await startEngine(t, { fake: { FAKE_DRIVER_VERSION: version } });
    const root = await engine.drive(rootRequest(), patientContext());
    assert.equal(root.response.iteration_count, 0);
    assert.match(String(root.response.execution_id), /^\d+$/);
    const loop = '{"parameterIterator":{"items":{"raw":"[1, 2, 3]"}}}';
    const { response } = await engine.drive(
      rootRequest({ type: 'DRIVER_TYPE_DAG', task: loop, dag_execution_id: '1' }),
      patientContext(),
    );
    assert.equal(response.iteration_count, 3);
    const task = await engine.drive(containerRequest(), patientContext());
    assert.equal(task.response.cached, false);
    assert.equal(JSON.parse(task.response.pod_spec_patch ?? '').containers[0].image, 'python:3.11');
    assert.equal(task.facts?.['exitCode'], 0);
    assert.deepEqual(readdirSync(workDir), []);
  });
}

test('the driver of KFP 3.0 is driven as far as its flags go', async (t) => {
  const { engine } = await startEngine(t, { fake: { FAKE_DRIVER_VERSION: '3.0' } });
  const { component: _, task: __, dag_execution_id: ___, ...request } = rootRequest();
  const { response } = await engine.drive(request, patientContext());
  assert.match(response.task_id ?? '', /^task-\d+$/);
  assert.equal(response.execution_id, undefined);
});

test('a PVC task answers with its condition alone', async (t) => {
  const { engine } = await startEngine(t);
  const request = containerRequest({ container: '{"image":"argostub/createpvc"}' });
  assert.deepEqual((await engine.drive(request, patientContext())).response, {});
});

test('a large component reaches the driver through a file', async (t) => {
  const component = JSON.stringify({ executorLabel: 'exec', text: 'x'.repeat(300_000) });
  const { engine, workDir } = await startEngine(t);
  const { response } = await engine.drive(containerRequest({ component }), patientContext());
  assert.equal(response.cached, false);
  assert.deepEqual(readdirSync(workDir), []);
});

const misbehaviours: [name: string, status: string, reason: string, settings: Record<string, string>][] = [
  ['verdict', 'FAILED_PRECONDITION', 'DRIVER_VERDICT', {}],
  ['unavailable', 'UNAVAILABLE', 'PLATFORM_CAUSE', {}],
  ['greedy', 'RESOURCE_EXHAUSTED', 'DRIVER_OUT_OF_MEMORY', { DRIVER_PROGRAM_MEMORY: '120Mi' }],
  ['no-files', 'INTERNAL', 'OUTPUT_MISSING', {}],
  ['crash', 'ABORTED', 'DRIVER_KILLED', {}],
  ['panic', 'INTERNAL', 'DRIVER_PANICKED', {}],
  ['no-utf8', 'INTERNAL', 'OUTPUT_UNREADABLE', {}],
  ['silent', 'DEADLINE_EXCEEDED', 'DRIVER_TIMED_OUT', { DRIVER_PROGRAM_TIMEOUT_SECONDS: '1' }],
  ['hang-after-write', 'DEADLINE_EXCEEDED', 'DRIVER_TIMED_OUT', { DRIVER_PROGRAM_TIMEOUT_SECONDS: '1' }],
];

for (const [misbehaviour, status, reason, settings] of misbehaviours) {
  test(`a driver that misbehaves (${misbehaviour}) is ${status} and may have written`, async (t) => {
    const { engine, workDir } = await startEngine(t, {
      fake: { FAKE_DRIVER_MISBEHAVE: misbehaviour },
      settings,
    });
    const error = await statusErrorOf(engine.drive(containerRequest(), patientContext()));
    assert.equal(error.status, status);
    assert.equal(error.details.errorInfo?.reason, reason);
    assert.equal(error.details.errorInfo?.metadata['retry'], 'unsafe');
    assert.equal(error.details.retryDelayMs, undefined);
    assert.deepEqual(readdirSync(workDir), []);
  });
}

test('a root driver that writes no file is INTERNAL and names the file', async (t) => {
  const { engine } = await startEngine(t, { fake: { FAKE_DRIVER_MISBEHAVE: 'no-files' } });
  const error = await statusErrorOf(engine.drive(rootRequest(), patientContext()));
  assert.equal(error.message, 'the ROOT_DAG driver ended well, but wrote no execution-id');
});

for (const misbehaviour of ['loud', 'orphan']) {
  test(`a driver that misbehaves (${misbehaviour}) is answered all the same`, async (t) => {
    const { engine } = await startEngine(t, { fake: { FAKE_DRIVER_MISBEHAVE: misbehaviour } });
    const { response } = await engine.drive(containerRequest(), patientContext());
    assert.equal(response.cached, false);
    assert.equal(childrenOf(process.pid), 0);
  });
}

test('a patch above DRIVER_PROGRAM_MAX_OUTPUT_BYTES is refused with the file, not read', async (t) => {
  const { engine } = await startEngine(t, { settings: { DRIVER_PROGRAM_MAX_OUTPUT_BYTES: '2000' } });
  const container = JSON.stringify({ command: ['x'.repeat(3_000)] });
  const error = await statusErrorOf(engine.drive(containerRequest({ container }), patientContext()));
  assert.match(error.message, /its pod-spec-patch is larger than 2000 bytes$/);
});

test('a flag that the program does not have after all is INTERNAL and named', async (t) => {
  const learnt = await learnFake('2.17');
  const { engine } = await startEngine(t, { fake: { FAKE_DRIVER_VERSION: '2.15' }, program: learnt });
  const error = await statusErrorOf(engine.drive(containerRequest(), patientContext()));
  assert.equal(error.status, 'INTERNAL');
  assert.match(error.message, /^the driver of KFP 2\.17 refused the flag pipeline_job_create_time_utc$/);
});

test('a program that is gone is INTERNAL, and nothing was driven', async (t) => {
  const program = { ...(await learnFake('2.17')), path: '/nonexistent/driver' };
  const { engine, workDir } = await startEngine(t, { program });
  const error = await statusErrorOf(engine.drive(containerRequest(), patientContext()));
  assert.equal(error.message, "the driver server could not start KFP's driver: ENOENT");
  assert.equal(error.details.errorInfo?.metadata['retry'], 'safe');
  assert.deepEqual(readdirSync(workDir), []);
});

test('while ML Metadata is away no driver is started, also not one that waited', async (t) => {
  const effects = join(testFolder(t), 'effects');
  let outage: string | undefined;
  const watch = { outage: () => outage, settled: async () => outage, close: () => {} };
  const { engine } = await startEngine(t, {
    watch,
    fake: { FAKE_DRIVER_EFFECTS: effects, FAKE_DRIVER_DELAY_MS: '200' },
    settings: { MAX_PROGRAMS: '1' },
  });
  const running = engine.drive(containerRequest(), patientContext());
  const waiting = engine.drive(containerRequest({ request_id: 'request-2' }), patientContext());
  await sleep(20);
  outage = 'ML Metadata (mlmd:8080) cannot be reached';
  assert.equal(engine.outage?.(), outage);
  const refused = [waiting, engine.drive(containerRequest({ request_id: 'request-3' }), patientContext())];
  for (const error of await Promise.all(refused.map(statusErrorOf))) {
    assert.equal(error.status, 'UNAVAILABLE');
    assert.equal(error.message, 'ML Metadata (mlmd:8080) cannot be reached; nothing was driven');
    assert.ok((error.details.retryDelayMs ?? 0) > 0);
  }
  await running;
  assert.equal(readJsonLines(effects).length, 1);
});

test('an engine with a connection of its own drives while ML Metadata is up and refuses while it is away', async (t) => {
  const metadata = await startMetadataServer(t);
  const settings = settingsOf({ WORK_DIR: testFolder(t), MLMD_SERVER_PORT: String(metadata.port) });
  const parts = { program: await learnFake('2.17'), env: process.env, logger: silentLogger };
  const engine = await createProgramEngine(settings, parts);
  t.after(() => engine.close());
  assert.equal((await engine.drive(containerRequest(), patientContext())).response.cached, false);
  metadata.close();
  while (engine.outage?.() === undefined) {
    await sleep(10);
  }
  const error = await statusErrorOf(engine.drive(containerRequest(), patientContext()));
  assert.equal(error.details.errorInfo?.reason, 'METADATA_AWAY');
});

test('values that are left out are named once in the log, never shown', async (t) => {
  const { engine, log } = await startEngine(t);
  const extras = { run_metadata: 'SECRET', 'bad name': 'SECRET' };
  for (const id of ['1', '2']) {
    await engine.drive(containerRequest({ request_id: id, extra_args: extras }), patientContext());
  }
  const named = log
    .filter(([message]) => message.includes('not given'))
    .map(([, facts]) => facts['argument']);
  assert.deepEqual(named, ['run_metadata', '(no name of a flag)']);
  assert.ok(!JSON.stringify(log).includes('SECRET'));
});

test('a driver that runs is stopped when the server must end, and says that it may have written', async (t) => {
  const { engine, workDir } = await startEngine(t, { fake: { FAKE_DRIVER_MISBEHAVE: 'silent' } });
  const ending = new AbortController();
  const drive = statusErrorOf(engine.drive(containerRequest(), patientContext({ signal: ending.signal })));
  await sleep(150);
  ending.abort();
  const error = await drive;
  assert.equal(error.status, 'ABORTED');
  assert.equal(error.details.errorInfo?.metadata['retry'], 'unsafe');
  assert.deepEqual(readdirSync(workDir), []);
});

test('close ends what runs and what waits', async (t) => {
  const { engine, workDir } = await startEngine(t, {
    fake: { FAKE_DRIVER_MISBEHAVE: 'silent' },
    settings: { MAX_PROGRAMS: '1' },
  });
  const drives = ['1', '2'].map((id) =>
    statusErrorOf(engine.drive(containerRequest({ request_id: id }), patientContext())),
  );
  await until(() => childrenOf(process.pid) === 1);
  await engine.close();
  assert.deepEqual(
    (await Promise.all(drives)).map(({ status }) => status),
    ['ABORTED', 'UNAVAILABLE'],
  );
  assert.deepEqual(readdirSync(workDir), []);
});

test('sixty parallel drives never run more than four drivers, and each is served in the end', async (t) => {
  const folder = testFolder(t);
  const effects = join(folder, 'effects');
  const concurrency = join(folder, 'concurrency');
  const { engine, workDir } = await startEngine(t, {
    fake: { FAKE_DRIVER_EFFECTS: effects, FAKE_DRIVER_CONCURRENCY: concurrency },
    settings: { MAX_PROGRAMS: '4', MAX_QUEUE: '32' },
  });
  const before = { files: openFiles(), children: childrenOf(process.pid) };
  const warnings = collectWarnings(t);
  const { signal } = new AbortController();
  const requests = Array.from({ length: 60 }, (_, index) =>
    containerRequest({
      request_id: `request-${index}`,
      task_name: `task-${index}`,
      workflow: { name: 'w', namespace: 'kubeflow', uid: `uid-${index % 7}` },
    }),
  );
  let waiting = requests;
  let refusals = 0;
  while (waiting.length > 0) {
    const refused: typeof requests = [];
    const drives = waiting.map(async (request) => {
      await engine.drive(request, patientContext({ signal })).catch((error: unknown) => {
        assert.ok(error instanceof StatusError && error.status === 'RESOURCE_EXHAUSTED', String(error));
        assert.ok((error.details.retryDelayMs ?? 0) >= 1_000);
        refused.push(request);
      });
    });
    await Promise.all(drives);
    refusals += refused.length;
    waiting = refused;
  }
  assert.ok(refusals >= 60 - 4 - 32);
  const tasks = readJsonLines(effects).map(({ task }) => task);
  assert.deepEqual([tasks.length, new Set(tasks).size], [60, 60]);
  const most = mostAtOnce(readFileSync(concurrency, 'utf8'));
  assert.ok(most > 1 && most <= 4, `${most} at once`);
  assert.deepEqual(readdirSync(workDir), []);
  assert.deepEqual({ files: openFiles(), children: childrenOf(process.pid) }, before);
  assert.deepEqual(warnings, []);
});

function collectWarnings(t: TestContext): string[] {
  const warnings: string[] = [];
  const add = (warning: Error) => void warnings.push(warning.message);
  process.on('warning', add);
  t.after(() => process.off('warning', add));
  return warnings;
}

function openFiles(): number {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
}

/** Processes below this one, zombies included. */
function childrenOf(pid: number): number {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).length : 0;
}
