import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { callDriver, failureOf } from '../support/call-driver.js';
import { startProgram } from '../support/start-program.js';
import { until } from '../support/start-server.js';
import {
  runServerProgram,
  startMetadataServer,
  startServerProgram,
  testFolder,
} from '../support/start-server-program.js';
import { containerArguments, templateBody } from '../support/templates.js';
import { containerRequest } from './program-engine/fixtures.js';

test('one request id finds every line of its attempt in the logs of both programs', async (t) => {
  const server = await startServerProgram(t, { fake: { FAKE_DRIVER_DELAY_MS: '1500' } });
  const tokenPath = join(testFolder(t), 'token');
  writeFileSync(tokenPath, 'token');
  const sidecar = startProgram(t, [], {
    DRIVER_HOST: server.address,
    SERVER_PORT: '0',
    TOKEN_PATH: tokenPath,
    ANSWER_WINDOW_SECONDS: '0.2',
    SHUTDOWN_GRACE_SECONDS: '0',
  });
  const { address } = await sidecar.firstLine();
  const post = async (task_name: string) => {
    const response = await fetch(`${address}/api/v1/template.execute`, {
      method: 'POST',
      headers: { Authorization: 'Bearer token', 'Content-Type': 'application/json' },
      body: JSON.stringify(templateBody({ ...containerArguments, task_name })),
    });
    return await response.text();
  };
  await Promise.all([post('another'), post('train')]);
  await until(async () => {
    await sleep(200);
    return (await post('train')).includes('Succeeded') && (await post('another')).includes('Succeeded');
  });
  sidecar.kill('SIGTERM');
  const { stdout } = await sidecar.ended;
  const drove = server.log.filter(({ message, task }) => message === 'drove' && task === 'train');
  assert.equal(drove.length, 1);
  const requestId = String(drove[0]?.['requestId']);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line.includes(requestId))
    .map((line) => JSON.parse(line));
  // Its first POST, which was asked to come again; those between; and the one that got the answer.
  assert.ok(lines.length >= 2, stdout);
  assert.deepEqual([...new Set(lines.map(({ task }) => task))], ['train']);
  assert.equal(lines[0].waitsFor, 'the driver');
  assert.deepEqual([lines.at(-1).phase, lines.at(-1).status], ['Succeeded', 'OK']);
});

test('an outage of ML Metadata is one line when it begins and one when it is over, however many calls it refuses', async (t) => {
  const server = await startServerProgram(t);
  const client = server.connect();
  const lines = (text: string) => server.log.filter(({ message }) => message === text).length;
  const began = lines('cannot drive');
  server.metadata.close();
  await until(() => lines('cannot drive') === began + 1);
  for (const request_id of ['one', 'two', 'three']) {
    await failureOf(callDriver(client, containerRequest({ request_id })));
  }
  const ended = lines('can drive again');
  await startMetadataServer(t, server.metadata.port);
  await until(() => lines('can drive again') === ended + 1);
  await callDriver(client, containerRequest({ request_id: 'four' }));
  assert.equal(lines('cannot drive'), began + 1);
});

test('LOG_FORMAT=text writes lines for people, and another format is refused with what it may be', async (t) => {
  const tokenPath = join(testFolder(t), 'token');
  writeFileSync(tokenPath, 'token');
  const sidecar = startProgram(t, [], {
    DRIVER_HOST: 'localhost:1',
    SERVER_PORT: '0',
    TOKEN_PATH: tokenPath,
    LOG_FORMAT: 'text',
  });
  await sidecar.firstTextLine();
  sidecar.kill('SIGTERM');
  const { stdout } = await sidecar.ended;
  assert.match(
    stdout,
    /^\d{4}-\S+Z INFO {2}listening version=\S+ address=http:\/\/127\.0\.0\.1:\d+ driver=\S+/,
  );
  const { exitCode, stderr } = await runServerProgram([], { LOG_FORMAT: 'xml' });
  assert.equal(exitCode, 78);
  assert.match(stderr, /LOG_FORMAT must be one of json, text, not "xml"/);
});
