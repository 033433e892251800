import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Status, StatusError } from '../../src/contract/status-error.js';
import { postUntilFinal } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { containerArguments, templateBody } from '../support/templates.js';

const body = templateBody(containerArguments);

/** A bridge whose calls end in these statuses, then are answered. */
function startFailing(t: TestContext, statuses: readonly Status[]) {
  const left = [...statuses];
  const drive = () => {
    const status = left.shift();
    if (status !== undefined) {
      throw new StatusError(status, 'not now');
    }
    return { execution_id: '7', pod_spec_patch: '{}' };
  };
  return startBridge(t, drive, { FAILURE_REPLAY_SECONDS: '0' });
}

/** Retries the node until it Succeeded. */
async function driveToSuccess(t: TestContext, statuses: readonly Status[]) {
  const { driver, sidecar } = await startFailing(t, statuses);
  const isDone = async () =>
    (await postUntilFinal(() => sidecar.post(body))).reply.node.phase === 'Succeeded';
  while (!(await isDone())) {}
  return driver.requests.map(({ request_id: id }) => id);
}

/** Drives the node to its failure and POSTs the retry. */
async function retryAfter(t: TestContext, statuses: readonly Status[]) {
  const { driver, sidecar } = await startFailing(t, statuses);
  const failed = await postUntilFinal(() => sidecar.post(body));
  const retried = await postUntilFinal(() => sidecar.post(body));
  assert.equal(retried.reply.node.phase, 'Succeeded');
  return {
    failedPhase: failed.reply.node.phase,
    requestIds: driver.requests.map(({ request_id: id }) => id),
  };
}

describe('a node that failed after a call whose outcome nobody knows', () => {
  for (const status of ['INTERNAL', 'UNAUTHENTICATED', 'PERMISSION_DENIED', 'UNKNOWN'] as const) {
    it(`is retried under the same request_id after UNAVAILABLE, ${status}: the driver may have run`, async (t) => {
      const { failedPhase, requestIds } = await retryAfter(t, ['UNAVAILABLE', status]);
      assert.equal(failedPhase, 'Error');
      assert.equal(requestIds.length, 3);
      assert.equal(new Set(requestIds).size, 1);
    });
  }

  it('is retried under the same request_id again and again, until the driver itself has spoken', async (t) => {
    const requestIds = await driveToSuccess(t, ['UNAVAILABLE', 'INTERNAL', 'INTERNAL', 'UNKNOWN']);
    assert.equal(requestIds.length, 5);
    assert.equal(new Set(requestIds).size, 1);
  });

  it('is retried under a new request_id when the driver itself has refused the task since', async (t) => {
    const { failedPhase, requestIds } = await retryAfter(t, ['UNAVAILABLE', 'FAILED_PRECONDITION']);
    assert.equal(failedPhase, 'Failed');
    assert.equal(new Set(requestIds).size, 2);
  });

  it('is retried under a new request_id when every call before was turned away', async (t) => {
    const { requestIds } = await retryAfter(t, ['RESOURCE_EXHAUSTED', 'INTERNAL']);
    assert.equal(requestIds.length, 3);
    assert.equal(new Set(requestIds).size, 2);
  });
});
