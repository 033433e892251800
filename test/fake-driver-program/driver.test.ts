import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJsonLines } from '../server/program-engine/fixtures.js';
import { fake, startMetadataServer, testFolder } from '../support/start-server-program.js';

const common = {
  ...{ pipeline_name: 'hello', run_id: 'run-1', run_name: 'hello-abc', run_display_name: '' },
  ...{ component: '{}', iteration_index: '-1', log_level: '1', publish_logs: 'true' },
  ...{ http_proxy: '', https_proxy: '', no_proxy: '' },
};

/** Runs the fake beside this process, which serves ML Metadata. */
async function run(t: TestContext, flags: Record<string, string>, env: Record<string, string> = {}) {
  const { port } = await startMetadataServer(t);
  const metadata = { mlmd_server_address: '127.0.0.1', mlmd_server_port: String(port) };
  const args = Object.entries({ ...common, ...metadata, ...flags }).map(
    ([name, value]) => `--${name}=${value}`,
  );
  const child = spawn(fake, args, { env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  return { exitCode, stderr };
}

test('a task that is driven twice has two executions, a root that is driven twice has one', async (t) => {
  const folder = testFolder(t);
  const effects = join(folder, 'effects');
  const ids: string[] = [];
  for (const type of ['ROOT_DAG', 'ROOT_DAG', 'DAG', 'DAG', 'CONTAINER', 'CONTAINER']) {
    const path = join(folder, `${ids.length}`, 'execution-id');
    const { exitCode } = await run(
      t,
      { type, task_name: type, dag_execution_id: '1', execution_id_path: path },
      { FAKE_DRIVER_EFFECTS: effects },
    );
    assert.equal(exitCode, 0);
    ids.push(readFileSync(path, 'utf8'));
  }
  assert.deepEqual(ids, ['1', '1', '2', '3', '4', '5']);
  assert.deepEqual(
    readJsonLines(effects).map(({ type }) => type),
    ['ROOT_DAG', 'DAG', 'DAG', 'CONTAINER', 'CONTAINER'],
  );
});

test('without ML Metadata it hangs without a word', async (t) => {
  const effects = join(testFolder(t), 'effects');
  const args = Object.entries({
    ...common,
    type: 'DAG',
    mlmd_server_address: '127.0.0.1',
    mlmd_server_port: '1',
  });
  const env = { PATH: process.env['PATH'], FAKE_DRIVER_EFFECTS: effects };
  const child = spawn(
    fake,
    args.map(([name, value]) => `--${name}=${value}`),
    { env, stdio: 'ignore' },
  );
  await sleep(500);
  assert.equal(child.exitCode, null);
  assert.equal(existsSync(effects), false);
  child.kill('SIGKILL');
});

const ends: [name: string, version: string, flags: Record<string, string>, exitCode: number, says: RegExp][] =
  [
    [
      'an unknown flag',
      '2.5',
      { type: 'DAG', task_name: '' },
      2,
      /^flag provided but not defined: -task_name\nUsage/,
    ],
    [
      'a bad number',
      '2.17',
      { type: 'DAG', iteration_index: 'x' },
      2,
      /^invalid value "x" for flag -iteration_index/,
    ],
    [
      'a missing flag of a newer version',
      '2.18',
      { type: 'DAG' },
      1,
      /^F\d{4} .*main\.go:\d+\] KFP driver: --\w+ is required for DAG but was not provided$/m,
    ],
    ['a bad spec', '2.17', { type: 'DAG', task: '{' }, 1, /KFP driver: failed to unmarshal task spec/],
  ];

for (const [name, version, flags, exitCode, says] of ends) {
  test(`${name} ends the driver of ${version} as it ends KFP's`, async (t) => {
    const end = await run(t, flags, { FAKE_DRIVER_VERSION: version });
    assert.equal(end.exitCode, exitCode);
    assert.match(end.stderr, says);
  });
}

test('-h lists the flags on stderr, those of the logging library too', () => {
  const { status, stdout, stderr } = spawnSync(fake, ['-h'], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [0, '']);
  for (const name of ['cache_disabled', 'log_dir', 'vmodule']) {
    assert.match(stderr, new RegExp(`^ {2}-${name}\\b`, 'm'));
  }
});
