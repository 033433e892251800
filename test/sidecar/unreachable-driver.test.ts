import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Status, StatusError } from '../../src/contract/status-error.js';
import { nodeOf, startBridge } from '../support/start-bridge.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const body = templateBody(containerArguments);

/** Statuses that ask for the same request again. */
const rows: Status[] = ['UNAVAILABLE', 'ABORTED', 'RESOURCE_EXHAUSTED'];
for (const status of rows) {
  test(`a driver that goes on to answer ${status} makes the node Error in the end`, async (t) => {
    const { sidecar } = await startBridge(t, () => {
      throw new StatusError(status, 'come back later');
    });

    const node = nodeOf(await sidecar.post(body));

    assert.equal(node.phase, 'Error');
    assert.match(node.message, new RegExp(`${status}.*come back later`));
  });
}

test('a driver that is not there makes the node Error in the end', async (t) => {
  const sidecar = await startTestSidecar({ DRIVER_HOST: '127.0.0.1:1' });
  t.after(sidecar.close);

  const node = nodeOf(await sidecar.post(body));

  assert.equal(node.phase, 'Error');
  assert.match(node.message, /UNAVAILABLE/);
});
