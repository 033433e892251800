import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { StatusError } from '../../src/contract/status-error.js';
import { delay, gate, postUntilFinal, replyOf, until } from '../support/agent.js';
import { startDriver } from '../support/start-driver.js';
import { startTestSidecar, testToken } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const body = templateBody(containerArguments);
const answered = { execution_id: '7', cached: false, pod_spec_patch: '{}' };

/** Sends a POST over a bare socket and returns the socket. */
function postOverSocket(address: string) {
  const { hostname, port } = new URL(address);
  const text = JSON.stringify(body);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(
    `POST /api/v1/template.execute HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${testToken}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  return socket;
}

describe('the call ledger', () => {
  it('joins eight identical POSTs of one instant to one driver call and gives all the same bytes', async (t) => {
    const { opened, open } = gate();
    const driver = await startDriver(() => opened.then(() => answered));
    const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address });
    t.after(() => Promise.all([sidecar.close(), driver.close()]));
    const posts = Array.from({ length: 8 }, () => sidecar.post(body));
    await until(() => driver.requests.length > 0);
    await delay(50);
    open();
    const texts = (await Promise.all(posts)).map(({ text }) => text);
    assert.equal(driver.requests.length, 1);
    assert.equal(new Set(texts).size, 1);
    assert.equal(JSON.parse(texts[0] ?? '').node.phase, 'Succeeded');
  });

  it('answers a success again, byte for byte, without a driver call', async (t) => {
    const driver = await startDriver(() => answered);
    const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address });
    t.after(() => Promise.all([sidecar.close(), driver.close()]));
    const first = await sidecar.post(body);
    const reordered = { template: body.template, workflow: body.workflow };
    assert.equal((await sidecar.post(body)).text, first.text);
    assert.equal((await sidecar.post(reordered)).text, first.text);
    assert.equal(driver.requests.length, 1);
  });

  it('drives tasks whose templates differ in one input, be it in the digits of a number', async (t) => {
    const driver = await startDriver(() => answered);
    const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address });
    t.after(() => Promise.all([sidecar.close(), driver.close()]));
    await sidecar.post(body);
    await sidecar.post(templateBody({ ...containerArguments, iteration_index: '0' }));
    const text = JSON.stringify(body);
    await sidecar.post(text.replace('"cache_disabled"', '"new_number":1.10,"cache_disabled"'));
    await sidecar.post(text.replace('"cache_disabled"', '"new_number":1.1,"cache_disabled"'));
    await sidecar.post({ ...body, workflow: { metadata: { ...body.workflow.metadata, uid: 'uid-2' } } });
    assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 5);
  });

  it('drives a failure that was delivered anew, under a new request_id', async (t) => {
    const driver = await startDriver(() => {
      throw new StatusError('FAILED_PRECONDITION', 'no such input');
    });
    const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address, FAILURE_REPLAY_SECONDS: '0' });
    t.after(() => Promise.all([sidecar.close(), driver.close()]));
    for (const _attempt of [1, 2, 3]) {
      assert.equal(replyOf(await sidecar.post(body)).node.phase, 'Failed');
    }
    assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 3);
  });

  it('sends the same request_id for the same attempt after a restart', async (t) => {
    const driver = await startDriver(() => answered);
    t.after(() => driver.close());
    for (const _start of [1, 2]) {
      const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address });
      await sidecar.post(body);
      await sidecar.close();
    }
    const [first, second] = driver.requests.map(({ request_id: id }) => id);
    assert.equal(driver.requests.length, 2);
    assert.equal(first, second);
  });

  for (const [phase, drive] of [
    ['Succeeded', () => answered],
    ['Failed', () => Promise.reject(new StatusError('NOT_FOUND', 'no such DAG'))],
  ] as const) {
    it(`keeps an answer (${phase}) whose socket was cut before it, and gives it to the next POST`, async (t) => {
      const { opened, open } = gate();
      const driver = await startDriver(() => opened.then(drive));
      const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address });
      t.after(() => Promise.all([sidecar.close(), driver.close()]));
      const socket = postOverSocket(sidecar.address);
      await until(() => driver.requests.length === 1);
      socket.resetAndDestroy();
      await until(() => sidecar.log.some(({ facts }) => facts['waitsFor'] === 'the driver'));
      open();
      const { reply } = await postUntilFinal(() => sidecar.post(body));
      assert.equal(reply.node.phase, phase);
      assert.equal(driver.requests.length, 1);
    });
  }

  it('keeps an answer whose socket is cut while it is sent', async (t) => {
    const patch = JSON.stringify({ containers: [{ name: 'main', image: 'x'.repeat(400_000) }] });
    const driver = await startDriver(() => ({ ...answered, pod_spec_patch: patch }));
    const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address, AGENT_PATCH_RATE_SECONDS: '0.05' });
    t.after(() => Promise.all([sidecar.close(), driver.close()]));
    const socket = postOverSocket(sidecar.address);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.resetAndDestroy();
    const { reply } = await postUntilFinal(() => sidecar.post(body));
    assert.equal(reply.node.outputs?.parameters[0]?.value, patch);
    assert.equal(driver.requests.length, 1);
  });

  it('asks under the same request_id again when the budget ran out, because the driver may be at work', async (t) => {
    const driver = await startDriver(() => {
      throw new StatusError('UNAVAILABLE', 'restarting');
    });
    const sidecar = await startTestSidecar({
      DRIVER_HOST: driver.address,
      STEP_TIMEOUT_SECONDS: '0.2',
      FAILURE_REPLAY_SECONDS: '0',
    });
    t.after(() => Promise.all([sidecar.close(), driver.close()]));
    const { reply } = await postUntilFinal(() => sidecar.post(body));
    await postUntilFinal(() => sidecar.post(body));
    assert.equal(reply.node.phase, 'Error');
    assert.match(
      reply.node.message ?? '',
      /^UNAVAILABLE: the driver server is unavailable, gave up after \d+ tr(y|ies) in \d+ s \(STEP_TIMEOUT_SECONDS\): restarting$/,
    );
    assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 1);
  });

  it('keeps answers that nobody has collected although it is full', async (t) => {
    const { opened, open } = gate();
    const driver = await startDriver(() => opened.then(() => answered));
    const sidecar = await startTestSidecar({
      DRIVER_HOST: driver.address,
      MAX_LEDGER_ENTRIES: '2',
      ANSWER_WINDOW_SECONDS: '0',
    });
    t.after(() => Promise.all([sidecar.close(), driver.close()]));
    const tasks = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      templateBody({ ...containerArguments, task_name: name }),
    );
    await Promise.all(tasks.map((task) => sidecar.post(task)));
    await until(() => driver.requests.length === tasks.length);
    open();
    await until(() => sidecar.ledger().started === 0);
    for (const task of tasks) {
      await postUntilFinal(() => sidecar.post(task));
    }
    assert.equal(driver.requests.length, tasks.length);
    await until(() => sidecar.ledger().entries === 2);
  });

  it('forgets the oldest delivered success when it is full, with a warning', async (t) => {
    const driver = await startDriver(() => answered);
    const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address, MAX_LEDGER_ENTRIES: '2' });
    t.after(() => Promise.all([sidecar.close(), driver.close()]));
    const task = (name: string) => templateBody({ ...containerArguments, task_name: name });
    for (const name of ['a', 'b', 'c']) {
      await sidecar.post(task(name));
    }
    await until(() => sidecar.log.some(({ level }) => level === 'warn'));
    await sidecar.post(task('c'));
    assert.equal(driver.requests.length, 3);
    assert.equal(sidecar.ledger().entries, 2);
    await sidecar.post(task('a'));
    assert.equal(driver.requests.length, 4);
  });
});
