import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../src/common/settings.js';
import { admitted, reviewOf } from '../support/admission.js';
import { driverWorkflow } from '../support/driver-workflow.js';
import { waitForEnd } from '../support/start-program.js';
import { call } from '../support/start-test-webhook.js';
import { certificateFor, temporaryFolder, writeCertificate } from '../support/webhook-files.js';

const command = fileURLToPath(new URL('../../src/cli/webhook.js', import.meta.url));

function startCommand(t: TestContext, env: Environment) {
  const script = `setInterval(() => {}, 1e9); const { run } = await import(${JSON.stringify(command)}); process.exitCode = await run([]); process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env: { ...env } });
  t.after(() => child.kill('SIGKILL'));
  const ended = waitForEnd(child);
  const firstLine = async () => JSON.parse((await once(createInterface(child.stdout), 'line'))[0]);
  return { child, ended, firstLine };
}

async function startServing(t: TestContext, env: Environment = {}) {
  const made = await certificateFor();
  const files = writeCertificate(temporaryFolder(t), made);
  const program = startCommand(t, {
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    ...files,
    ...env,
  });
  const { address } = await program.firstLine();
  const agent = new Agent({ ca: made.caCertificate, servername: 'localhost' });
  return { ...program, address, agent };
}

const body = reviewOf(driverWorkflow());

test('the webhook listens, converts, and ends with 0 after SIGTERM', async (t) => {
  const { child, ended, address, agent } = await startServing(t, { SHUTDOWN_GRACE_SECONDS: '0' });
  assert.equal(admitted(await call({ address }, agent, 'POST', '/convert', body)).patchType, 'JSONPatch');
  child.kill('SIGTERM');
  const { exitCode, signal } = await ended;
  assert.deepEqual([exitCode, signal], [0, null]);
});

test('after SIGTERM it is not ready and goes on converting; a second signal ends it at once', async (t) => {
  const { child, ended, address, agent } = await startServing(t, { SHUTDOWN_GRACE_SECONDS: '3600' });
  child.kill('SIGTERM');
  await once(createInterface(child.stdout), 'line');
  assert.equal((await call({ address }, agent, 'GET', '/readyz')).httpStatus, 503);
  assert.equal(admitted(await call({ address }, agent, 'POST', '/convert', body)).patchType, 'JSONPatch');
  child.kill('SIGTERM');
  assert.equal((await ended).exitCode, 0);
});

test('bad settings end it with 78 before anything listens, all faults at once', async (t) => {
  const { exitCode, stdout, stderr } = await startCommand(t, { SERVER_PORT: 'x', KFP_VERSION: '2' }).ended;
  assert.equal(exitCode, 78);
  assert.match(
    stderr,
    /^driver-plugin webhook cannot start:\n {2}- SERVER_PORT must be [^\n]+\n {2}- KFP_VERSION must be [^\n]+\n$/,
  );
  assert.equal(stdout, '');
});

test('a certificate that cannot be read ends it with 1 and a sentence', async (t) => {
  const { exitCode, stdout } = await startCommand(t, {
    SERVER_TLS_CERT: '/nowhere',
    SERVER_TLS_KEY: '/nowhere',
  }).ended;
  assert.equal(exitCode, 1);
  assert.equal(JSON.parse(stdout).reason, '/nowhere cannot be read (ENOENT)');
});

test('while it waits for its own certificate it says why, and ends with 0 after SIGTERM', async (t) => {
  const own = { CERTIFICATE_SECRET: 'a', WEBHOOK_CONFIGURATION: 'a', SERVICE_NAME: 'a', NAMESPACE: 'a' };
  const { child, ended, firstLine } = startCommand(t, {
    ...own,
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: '1',
    SERVICE_ACCOUNT_FOLDER: '/nowhere',
  });
  const { message, reason } = await firstLine();
  assert.deepEqual(
    [message, reason.split(' at ')[0]],
    ['no certificate yet', 'GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/a'],
  );
  child.kill('SIGTERM');
  assert.equal((await ended).exitCode, 0);
});
