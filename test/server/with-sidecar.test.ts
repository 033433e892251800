import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { postUntilFinal } from '../support/agent.js';
import { sharedFolder } from '../support/shared-folder.js';
import { startProgram } from '../support/start-program.js';
import {
  type ServerProgramOptions,
  startServerProgram,
  testFolder,
} from '../support/start-server-program.js';
import type { Posted } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';
import { readJsonLines } from './program-engine/fixtures.js';

const token = 'abcdefghijklmnopqrstuvwxyz012345';

/** Sidecar and driver server as the two programs that they are, with the fake behind them. */
async function startBoth(t: TestContext, { env = {}, fake = {} }: ServerProgramOptions) {
  const folder = testFolder(t);
  const [tokenPath, effects] = [join(folder, 'token'), join(folder, 'effects')];
  writeFileSync(tokenPath, token);
  const server = await startServerProgram(t, { env, fake: { FAKE_DRIVER_EFFECTS: effects, ...fake } });
  const sidecar = startProgram(t, [], {
    DRIVER_HOST: server.address,
    SERVER_PORT: '0',
    TOKEN_PATH: tokenPath,
  });
  const { address } = await sidecar.firstLine();
  const post = async (task_name: string): Promise<Posted> => {
    const response = await fetch(`${address}/api/v1/template.execute`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(templateBody({ ...containerArguments, task_name })),
    });
    return { httpStatus: response.status, headers: response.headers, text: await response.text() };
  };
  /** The node that Argo's agent gets in the end for a task of this name. */
  const drive = async (task_name: string) => (await postUntilFinal(() => post(task_name))).reply.node;
  return { drive, drives: () => readJsonLines(effects).map(({ task }) => task), log: server.log };
}

test('a task that may have been driven is not sent again: one drive, and the user is told why', async (t) => {
  const { drive, drives, log } = await startBoth(t, { fake: { FAKE_DRIVER_MISBEHAVE: 'unavailable' } });
  const { phase, message } = await drive('echo');
  assert.equal(phase, 'Error');
  assert.match(message ?? '', /code = Unavailable/);
  assert.deepEqual(drives(), ['echo']);
  assert.equal(log.filter(({ message }) => message === 'did not drive').length, 1);
});

test('tasks that find the server full are sent again until they are driven, each once', async (t) => {
  const { drive, drives, log } = await startBoth(t, {
    env: { MAX_PROGRAMS: '1', MAX_QUEUE: '1' },
    fake: { FAKE_DRIVER_DELAY_MS: '200' },
  });
  const names = ['a', 'b', 'c', 'd'];
  const nodes = await Promise.all(names.map(drive));
  assert.deepEqual(
    nodes.map(({ phase }) => phase),
    names.map(() => 'Succeeded'),
  );
  assert.deepEqual(drives().sort(), names);
  assert.ok(log.some(({ reason }) => reason === 'QUEUE_FULL'));
});

const { path: workflows, skip } = sharedFolder('kfp-workflows');

test('real workflows play to their end through sidecar, driver server and fake', { skip }, async () => {
  const script = fileURLToPath(new URL('../../../scripts/play-driver-server.mjs', import.meta.url));
  const files = ['add_numbers', 'if_elif_else_complex', 'pipeline_with_loops', 'pvc_mount'];
  const paths = files.map((name) => join(workflows, 'mlmd', `${name}.yaml`));
  const child = spawn(process.execPath, [script, '--json', ...paths], {
    env: { ...process.env, NAMESPACE: 'kubeflow' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const [exitCode] = await once(child, 'close');
  assert.equal(exitCode, 0, stdout);
});
