import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Status, StatusError } from '../../src/contract/status-error.js';
import { postUntilFinal } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const body = templateBody(containerArguments);

/** One step's whole time, instead of 10 minutes. */
const env = { STEP_TIMEOUT_SECONDS: '1' };

/** Statuses that ask for the same request again. */
const rows: Status[] = ['UNAVAILABLE', 'ABORTED', 'RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED'];
for (const status of rows) {
  test(`a driver that answers ${status} is asked again with the same request, and the node Succeeds`, async (t) => {
    const answers = [() => Promise.reject(new StatusError(status, 'come back later'))];
    const { driver, sidecar } = await startBridge(t, () => answers.shift()?.() ?? {});

    const { reply } = await postUntilFinal(() => sidecar.post(body));

    assert.equal(reply.node.phase, 'Succeeded');
    const [first, second, ...more] = driver.requests;
    assert.deepEqual(second, first);
    assert.deepEqual(more, []);
  });

  test(`a driver that goes on to answer ${status} makes the node Error in the end`, async (t) => {
    const drive = () => Promise.reject(new StatusError(status, 'come back later'));
    const { sidecar } = await startBridge(t, drive, env);

    const { reply } = await postUntilFinal(() => sidecar.post(body));

    assert.equal(reply.node.phase, 'Error');
    assert.match(reply.node.message ?? '', new RegExp(`^${status}: .*come back later$`));
    assert.ok(!('outputs' in reply.node));
  });
}

test('a driver that is not there makes the node Error in the end', async (t) => {
  const sidecar = await startTestSidecar({ DRIVER_HOST: '127.0.0.1:1', ...env });
  t.after(sidecar.close);

  const { reply } = await postUntilFinal(() => sidecar.post(body));

  assert.equal(reply.node.phase, 'Error');
  assert.match(reply.node.message ?? '', /^UNAVAILABLE: no connection to /);
});

test('a driver that does not answer in time makes the node Error in the end', async (t) => {
  const drive = () => new Promise<never>(() => {});
  const { sidecar } = await startBridge(t, drive, { ...env, TIMEOUT_SECONDS: '0.3' });

  const { reply } = await postUntilFinal(() => sidecar.post(body));

  assert.equal(reply.node.phase, 'Error');
  assert.match(reply.node.message ?? '', /^DEADLINE_EXCEEDED: /);
});
