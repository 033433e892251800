import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callDriver, failureOf, startCall } from '../support/call-driver.js';
import { scrape, sumOf } from '../support/parse-scrape.js';
import { startServerProgram } from '../support/start-server-program.js';
import { until } from '../support/until.js';
import { certificateFor, temporaryFolder, writeCertificate } from '../support/webhook-files.js';
import { containerRequest } from './program-engine/fixtures.js';

const admin = { ADMIN_HOST: '127.0.0.1', ADMIN_PORT: '0' };
type Server = Awaited<ReturnType<typeof startServerProgram>>;

function linesOf({ log }: Server, message: string) {
  return log.filter((line) => line['message'] === message);
}

async function read(server: Server, name: string, labels: Readonly<Record<string, string>> = {}) {
  const address = String(linesOf(server, 'listening')[0]?.['adminAddress']);
  return sumOf(await scrape(address), `driver_plugin_server_${name}`, labels);
}

test('a certificate in the last tenth of its life is below the share of its alert, and one line of the log', async (t) => {
  const files = writeCertificate(temporaryFolder(t), await certificateFor('localhost', 1));
  const server = await startServerProgram(t, { env: { ...admin, ...files } });
  await until(() => linesOf(server, 'the certificate ends soon, or has ended: renew it').length === 1);
  const end = await read(server, 'certificate_not_after_timestamp_seconds');
  const begin = await read(server, 'certificate_not_before_timestamp_seconds');
  assert.ok((end - Date.now() / 1000) / (end - begin) < 0.1);
  assert.equal(linesOf(server, 'the certificate ends soon, or has ended: renew it').length, 1);
});

test('a driver that crashes is counted with its reason, and one line of the log', async (t) => {
  const server = await startServerProgram(t, { env: admin, fake: { FAKE_DRIVER_MISBEHAVE: 'panic' } });
  await failureOf(callDriver(server.connect(), containerRequest()));
  assert.equal(await read(server, 'program_runs_total', { reason: 'DRIVER_PANICKED' }), 1);
  assert.deepEqual(
    linesOf(server, 'did not drive').map(({ reason }) => reason),
    ['DRIVER_PANICKED'],
  );
});

test('a call that a full queue refuses is counted with its reason, and one line of the log', async (t) => {
  const server = await startServerProgram(t, {
    env: { ...admin, MAX_PROGRAMS: '1', MAX_QUEUE: '1' },
    fake: { FAKE_DRIVER_DELAY_MS: '60000' },
  });
  const client = server.connect();
  const open = ['first', 'second'].map((request_id) => startCall(client, containerRequest({ request_id })));
  await until(async () => (await read(server, 'queue_calls')) === 1);
  await failureOf(callDriver(client, containerRequest({ request_id: 'third' })));
  assert.equal(await read(server, 'calls_total', { reason: 'QUEUE_FULL' }), 1);
  assert.equal(await read(server, 'queue_calls'), await read(server, 'queue_calls_limit'));
  assert.deepEqual(
    linesOf(server, 'did not drive').map(({ reason, requestId }) => [reason, requestId]),
    [['QUEUE_FULL', 'third']],
  );
  for (const { answer, cancel } of open) {
    cancel();
    await failureOf(answer);
  }
});

test('a server that drains says so in its metric, and one line of the log', async (t) => {
  const server = await startServerProgram(t, { env: { ...admin, REPEAT_GRACE_SECONDS: '60' } });
  await callDriver(server.connect(), containerRequest());
  server.kill('SIGTERM');
  await until(async () => (await read(server, 'draining')) === 1);
  assert.deepEqual(
    linesOf(server, 'ending').map(({ signal }) => signal),
    ['SIGTERM'],
  );
});
