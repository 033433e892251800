import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentIdleConnectionMs } from '../../src/common/argo-agent.js';
import { sidecarSettings } from '../../src/sidecar/sidecar-settings.js';
import { agentTimeouts } from '../../src/sidecar/start-sidecar.js';
import { drivePlausibly } from '../support/start-bridge.js';
import { startDriver } from '../support/start-driver.js';
import { startProgram } from '../support/start-program.js';
import { testToken } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const packageJson = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

const badSettings = {
  DRIVER_HOST: 'ftp://driver',
  DRIVER_PORT: '70000',
  SERVER_PORT: 'http',
  TIMEOUT_SECONDS: '-1',
  MAX_BODY_BYTES: '16 MiB',
  STEP_TIMEOUT_SECONDS: '10m',
  LOG_LEVEL: 'loud',
};

test('bad settings end the process with 78 before anything listens, all of them named with their remedy', async (t) => {
  const { exitCode, stdout, stderr } = await startProgram(t, [], badSettings).ended;

  assert.equal(exitCode, 78);
  assert.equal(stdout, '');
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines[0], 'driver-plugin serve cannot start:');
  assert.equal(lines.length, 1 + Object.keys(badSettings).length, stderr);
  for (const [name, value] of Object.entries(badSettings)) {
    const line = lines.find((candidate) => candidate.startsWith(`  - ${name} must be `));
    assert.ok(line?.endsWith(`, not "${value}"`), `${name}: ${stderr}`);
  }
});

test('a process without DRIVER_HOST ends with 78 and says what to set', async (t) => {
  const { exitCode, stderr } = await startProgram(t, [], { SERVER_PORT: '0' }).ended;
  assert.equal(exitCode, 78);
  assert.match(stderr, /DRIVER_HOST is not set: set it to a host/);
});

test('an unknown argument ends the process with 2, beside the bad settings', async (t) => {
  const { exitCode, stderr } = await startProgram(t, ['--port=5'], {}).ended;
  assert.equal(exitCode, 2);
  assert.match(stderr, /--port is unknown/);
  assert.match(stderr, /DRIVER_HOST is not set/);
});

test('serve --help prints every setting with its default and ends with 0, whatever the settings are', async (t) => {
  const { exitCode, stdout, stderr } = await startProgram(t, ['serve', '--help'], badSettings).ended;

  assert.equal(exitCode, 0);
  assert.equal(stderr, '');
  for (const setting of Object.values(sidecarSettings)) {
    const line = stdout.split('\n').find((candidate) => candidate.trimStart().startsWith(`${setting.env} `));
    assert.ok(line?.includes('fallback' in setting ? setting.fallback : '(required)'), setting.env);
  }
});

test('--version prints the version of package.json', async (t) => {
  const { exitCode, stdout } = await startProgram(t, ['--version'], {}).ended;
  assert.equal(exitCode, 0);
  assert.equal(stdout, `driver-plugin ${packageJson.version}\n`);
});

test('the process logs where it listens, answers a task without a secret in its log, and ends at SIGTERM', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'driver-plugin-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const tokenPath = join(folder, 'token');
  await writeFile(tokenPath, testToken);
  const driver = await startDriver(drivePlausibly);
  t.after(driver.close);
  const env = { DRIVER_HOST: `http://${driver.address}`, SERVER_PORT: '0', TOKEN_PATH: tokenPath };
  const program = startProgram(t, [], env);

  const listening = await program.firstLine();
  const response = await fetch(`${listening['address']}/api/v1/template.execute`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${testToken}`,
      Connection: 'close',
    },
    body: JSON.stringify(templateBody({ ...containerArguments, unheard_of: 'hunter2' })),
  });
  const reply = await response.text();
  program.kill('SIGTERM');
  const { exitCode, signal, stdout, stderr } = await program.ended;

  assert.match(reply, /"phase":"Succeeded"/);
  assert.equal(listening['message'], 'listening');
  assert.equal(listening['version'], packageJson.version);
  assert.match(String(listening['driver']), new RegExp(`${driver.address}$`));
  assert.deepEqual({ exitCode, signal, stderr }, { exitCode: 0, signal: null, stderr: '' });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const line of lines) {
    assert.match(line.timestamp, /^\d{4}-\d\d-\d\dT.*Z$/);
  }
  assert.ok(lines.some((line) => line.phase === 'Succeeded' && line.uid === 'uid-1'));
  assert.ok(!stdout.includes('hunter2') && !stdout.includes(testToken));
});

test('the process starts while its driver is away', async (t) => {
  const program = startProgram(t, [], { DRIVER_HOST: 'kfp-driver-server.nowhere.invalid', SERVER_PORT: '0' });
  assert.equal((await program.firstLine())['message'], 'listening');
});

test('a port that is taken ends the process with a log line that says so', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.after(() => taken.close());
  const address = taken.address();
  assert.ok(typeof address === 'object' && address !== null);

  const env = { DRIVER_HOST: 'driver', SERVER_PORT: String(address.port) };
  const { exitCode, stdout } = await startProgram(t, [], env).ended;

  assert.equal(exitCode, 1);
  const { level, reason } = JSON.parse(stdout);
  assert.equal(level, 'error');
  assert.match(reason, /EADDRINUSE.*SERVER_PORT/);
});

test('a DRIVER_HOST with a password in it is refused without the password', async (t) => {
  const { exitCode, stderr } = await startProgram(t, [], { DRIVER_HOST: 'https://user:hunter2@driver' })
    .ended;
  assert.equal(exitCode, 78);
  assert.match(stderr, /DRIVER_HOST must be a host, .* which it is not/);
  assert.ok(!stderr.includes('hunter2'));
});

test('connections that Go keeps without using them are kept for longer than Go keeps them', () => {
  for (const timeoutMs of Object.values(agentTimeouts)) {
    assert.ok(timeoutMs > agentIdleConnectionMs);
  }
});
