import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { overrideArguments, requestArguments } from '../../src/contract/arguments/driver-arguments.js';
import { StatusError } from '../../src/contract/status-error.js';
import { startBridge } from '../support/start-bridge.js';
import type { Drive } from '../support/start-driver.js';
import { testToken } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const sentinel = 'hunter2-do-not-log';
const secretSpec = JSON.stringify({ password: sentinel });

/** A secret in every argument but those that the log is to name. */
const secretArguments = {
  ...containerArguments,
  ...Object.fromEntries(
    Object.entries({ ...requestArguments, ...overrideArguments })
      .filter(
        ([name, kind]) => !['task_name', 'node'].includes(name) && (kind === 'text' || kind === 'scalar'),
      )
      .map(([name]) => [name, sentinel]),
  ),
  component: secretSpec,
  task: secretSpec,
  container: secretSpec,
  kubernetes_config: secretSpec,
  runtime_args: secretSpec,
  unheard_of: sentinel,
  pod_spec_patch_path: sentinel,
};

const secretAnswer = {
  execution_id: '1',
  task_id: sentinel,
  pod_spec_patch: `{"env":"${sentinel}"}`,
  extra_outputs: { secret: sentinel },
};
const answering: Drive = () => secretAnswer;
const failing: Drive = () => {
  throw new StatusError('INTERNAL', `cannot use ${sentinel}`, {
    details: { localizedMessage: sentinel, fieldViolations: [{ field: 'component', description: sentinel }] },
  });
};

const body = templateBody(secretArguments);
const declaresMore = templateBody(secretArguments, [{ name: 'not-there' }]);
const broken = templateBody({ ...secretArguments, cache_disabled: sentinel, component: `@${sentinel}` });

const ways = [
  { name: 'a task that is driven', drive: answering, body, httpStatus: 200 },
  { name: 'an answer that lacks an output', drive: answering, body: declaresMore, httpStatus: 200 },
  { name: "the driver's failure", drive: failing, body, httpStatus: 200 },
  { name: 'a template that is refused', drive: answering, body: broken, httpStatus: 200 },
  { name: 'a body that is cut', drive: answering, body: JSON.stringify(body).slice(0, 900), httpStatus: 400 },
  {
    name: 'a short body that is not valid JSON',
    drive: answering,
    body: `{"${sentinel}":${sentinel}}`,
    httpStatus: 400,
  },
  {
    name: 'a body that looks like a stack',
    drive: answering,
    body: `[\n    at ${sentinel.slice(0, 8)}`,
    httpStatus: 400,
  },
];
for (const { name, drive, body, httpStatus } of ways) {
  test(`the log of ${name} has no secret in it`, async (t) => {
    const { sidecar } = await startBridge(t, drive, { LOG_LEVEL: 'debug' });

    const posted = await sidecar.post(body);

    assert.equal(posted.httpStatus, httpStatus, posted.text);
    const log = JSON.stringify(sidecar.log);
    assert.ok(sidecar.log.length >= 2, log);
    assert.ok(!log.includes(sentinel.slice(0, 7)), log);
    assert.ok(!log.includes(testToken), log);
  });
}

test("the log of a caller with a wrong token has neither that token nor Argo's", async (t) => {
  const { sidecar } = await startBridge(t);
  await sidecar.post(body, { Authorization: `Bearer ${sentinel}` });
  const log = JSON.stringify(sidecar.log);
  assert.match(log, /403/);
  assert.ok(!log.includes(sentinel) && !log.includes(testToken), log);
});

test('the log of a token that cannot be read has no secret in it', async (t) => {
  const { sidecar } = await startBridge(t);
  await rm(sidecar.tokenPath);
  await sidecar.post(body);
  const log = JSON.stringify(sidecar.log);
  assert.match(log, /500/);
  assert.ok(!log.includes(sentinel) && !log.includes(testToken), log);
});

test("a request's one log line says who, what, how long and how much", async (t) => {
  const { sidecar } = await startBridge(t);
  const text = JSON.stringify(templateBody(containerArguments));

  const posted = await sidecar.post(text);

  const [start] = sidecar.log;
  const ends = sidecar.log.filter(({ message }) => message === 'answered a template');
  const [end] = ends;
  assert.equal(start?.message, 'listening');
  assert.equal(ends.length, 1);
  const { ms, attemptMs, requestId, ...facts } = end?.facts ?? {};
  assert.deepEqual([typeof ms, typeof attemptMs], ['number', 'number']);
  assert.match(String(requestId), /^[0-9a-f]{40}$/);
  assert.deepEqual(facts, {
    workflow: 'hello-x',
    namespace: 'kubeflow',
    uid: 'uid-1',
    template: 'system-container-driver',
    task: 'echo',
    type: 'CONTAINER',
    phase: 'Succeeded',
    status: 'OK',
    failedCalls: 0,
    attempt: 1,
    bytesIn: Buffer.byteLength(text),
    bytesOut: Buffer.byteLength(posted.text),
  });
});

test('a name of 300 KB takes a line of the log no further than 200 characters', async (t) => {
  const { sidecar } = await startBridge(t);
  await sidecar.post(
    templateBody({ ...containerArguments, task_name: 'x'.repeat(300_000), node: 'y'.repeat(300_000) }),
  );
  const line = sidecar.log.find(({ message }) => message === 'answered a template');
  assert.equal(String(line?.facts.task).length, 200);
  assert.equal(String(line?.facts.node).length, 200);
  assert.ok(JSON.stringify(sidecar.log).length < 3_000);
});
