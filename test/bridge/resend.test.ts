import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Environment } from '../../src/common/settings.js';
import { type Status, type StatusDetails, StatusError } from '../../src/contract/status-error.js';
import { delay, type NodeReply, postUntilFinal } from '../support/agent.js';
import { type Drive, startDriver } from '../support/start-driver.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const body = templateBody(containerArguments);
const answered = { execution_id: '7', pod_spec_patch: '{}' };

/** Drives the one task to its end against a driver that fails `failures` times. */
async function driveTo(t: TestContext, drive: Drive, env: Environment = {}) {
  const driver = await startDriver(drive);
  t.after(() => driver.close());
  const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address, ...env });
  t.after(() => sidecar.close());
  const { reply, earlier } = await postUntilFinal(() => sidecar.post(body));
  return { driver, reply, earlier, ids: new Set(driver.requests.map(({ request_id: id }) => id)) };
}

/** Fails the first calls, then answers. */
function failing(times: number, status: Status, details: StatusDetails = {}): Drive {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= times) {
      throw new StatusError(status, 'come back', { details });
    }
    return answered;
  };
}

const phaseOf = ({ node }: NodeReply) => node.phase;

describe('re-sending', () => {
  for (const status of ['UNAVAILABLE', 'ABORTED', 'RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED'] as const) {
    it(`sends the same request again after ${status}, until the driver answers`, async (t) => {
      const { driver, reply, ids } = await driveTo(t, failing(2, status));
      assert.equal(phaseOf(reply), 'Succeeded');
      assert.equal(driver.requests.length, 3);
      assert.equal(ids.size, 1);
    });
  }

  for (const status of ['INTERNAL', 'UNKNOWN', 'UNIMPLEMENTED', 'PERMISSION_DENIED', 'CANCELLED'] as const) {
    it(`takes ${status} for the last word`, async (t) => {
      const { driver, reply } = await driveTo(t, failing(1, status));
      assert.equal(phaseOf(reply), 'Error');
      assert.equal(driver.requests.length, 1);
    });
  }

  it('outlives a server that answers UNAVAILABLE 30 times', async (t) => {
    const { driver, reply } = await driveTo(t, failing(30, 'UNAVAILABLE', { retryDelayMs: 5 }));
    assert.equal(phaseOf(reply), 'Succeeded');
    assert.equal(driver.requests.length, 31);
  });

  it('waits as long as RetryInfo says', async (t) => {
    const arrivals: number[] = [];
    const drive = failing(1, 'RESOURCE_EXHAUSTED', { retryDelayMs: 700 });
    await driveTo(t, (...call) => {
      arrivals.push(performance.now());
      return drive(...call);
    });
    const [first = 0, second = 0] = arrivals;
    assert.ok(second - first >= 690, `${second - first} ms`);
  });

  it('does not send again when RetryInfo asks for more than the budget has', async (t) => {
    const { driver, reply } = await driveTo(t, failing(1, 'UNAVAILABLE', { retryDelayMs: 60_000 }), {
      STEP_TIMEOUT_SECONDS: '5',
    });
    assert.equal(phaseOf(reply), 'Error');
    assert.equal(driver.requests.length, 1);
  });

  it('does not send again when an ErrorInfo says that it may drive twice', async (t) => {
    const errorInfo = {
      reason: 'PROGRAM_KILLED',
      domain: 'driver.kfp.kubeflow.org',
      metadata: { retry: 'unsafe' },
    };
    const { driver, reply } = await driveTo(t, failing(1, 'ABORTED', { errorInfo }));
    assert.deepEqual(reply.node, {
      phase: 'Error',
      message: 'ABORTED: the driver was interrupted: come back (PROGRAM_KILLED)',
    });
    assert.equal(driver.requests.length, 1);
  });

  it('sends an unknown outcome once only where RESEND_UNKNOWN_OUTCOMES is false', async (t) => {
    const { driver, reply } = await driveTo(t, () => delay(2_000).then(() => answered), {
      TIMEOUT_SECONDS: '0.2',
      RESEND_UNKNOWN_OUTCOMES: 'false',
    });
    assert.equal(phaseOf(reply), 'Error');
    assert.match(reply.node.message ?? '', /^DEADLINE_EXCEEDED: the driver did not answer in time/);
    assert.equal(driver.requests.length, 1);
  });

  it('sends a plain UNAVAILABLE of the server again also where RESEND_UNKNOWN_OUTCOMES is false', async (t) => {
    const { reply } = await driveTo(t, failing(1, 'UNAVAILABLE'), { RESEND_UNKNOWN_OUTCOMES: 'false' });
    assert.equal(phaseOf(reply), 'Succeeded');
  });

  it('gives each call its deadline on the wire, and the last one what is left of the budget', async (t) => {
    const startedMs = Date.now();
    const { driver } = await driveTo(t, () => new Promise(() => {}), {
      TIMEOUT_SECONDS: '1',
      STEP_TIMEOUT_SECONDS: '1.5',
    });
    const [first = 0] = driver.deadlinesMs;
    assert.ok(first - startedMs <= 2_000, `${first - startedMs} ms`);
    assert.ok(driver.deadlinesMs.every((deadlineMs) => deadlineMs - startedMs <= 2_500));
  });

  it('gives up after the budget with a sentence that says how long, how often and the last status', async (t) => {
    const { reply, ids } = await driveTo(t, failing(1_000, 'ABORTED', { retryDelayMs: 100 }), {
      STEP_TIMEOUT_SECONDS: '1',
    });
    assert.match(
      reply.node.message ?? '',
      /^ABORTED: the driver was interrupted for 1 s, \d+ tries, which was its whole time: come back$/,
    );
    assert.equal(phaseOf(reply), 'Error');
    assert.equal(ids.size, 1);
  });

  it('says what google.rpc details say, within 1 KiB', async (t) => {
    const details = {
      localizedMessage: 'Ask the platform team.',
      fieldViolations: [{ field: 'component', description: 'é'.repeat(2_000) }],
    };
    const { reply } = await driveTo(t, failing(1, 'INVALID_ARGUMENT', details));
    const message = reply.node.message ?? '';
    assert.ok(
      message.startsWith(
        'INVALID_ARGUMENT: the driver refused the arguments: Ask the platform team. component: é',
      ),
    );
    assert.ok(Buffer.byteLength(message) <= 1024);
    assert.ok(message.isWellFormed());
  });

  it('does not send again what one side finds too large', async (t) => {
    const { driver, reply } = await driveTo(t, () => ({ ...answered, pod_spec_patch: 'x'.repeat(5_000) }), {
      MAX_RECEIVE_BYTES: '2048',
    });
    assert.equal(phaseOf(reply), 'Error');
    assert.match(reply.node.message ?? '', /^RESOURCE_EXHAUSTED: .*larger than max/);
    assert.equal(driver.requests.length, 1);
  });
});
