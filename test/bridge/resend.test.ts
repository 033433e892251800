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

  it('outlives a server that answers UNAVAILABLE seven times', async (t) => {
    const { driver, reply } = await driveTo(t, failing(7, 'UNAVAILABLE', { retryDelayMs: 5 }));
    assert.equal(phaseOf(reply), 'Succeeded');
    assert.equal(driver.requests.length, 8);
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

  for (const status of ['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'ABORTED'] as const) {
    it(`takes a bare ${status} for the last word where RESEND_UNKNOWN_OUTCOMES is false: a proxy may have made it`, async (t) => {
      const { driver, reply } = await driveTo(t, failing(1, status), { RESEND_UNKNOWN_OUTCOMES: 'false' });
      assert.equal(phaseOf(reply), 'Error');
      assert.equal(driver.requests.length, 1);
    });
  }

  const errorInfo = { reason: 'QUEUE_FULL', domain: 'driver.kfp.kubeflow.org', metadata: { retry: 'safe' } };
  for (const [proof, details] of [
    ['a RetryInfo', { retryDelayMs: 10 }],
    ["an ErrorInfo of the contract's domain", { errorInfo }],
  ] as const) {
    it(`sends again after UNAVAILABLE with ${proof} also where RESEND_UNKNOWN_OUTCOMES is false`, async (t) => {
      const { driver, reply } = await driveTo(t, failing(1, 'UNAVAILABLE', details), {
        RESEND_UNKNOWN_OUTCOMES: 'false',
      });
      assert.equal(phaseOf(reply), 'Succeeded');
      assert.equal(driver.requests.length, 2);
    });
  }

  it('takes an ErrorInfo of another domain for no proof', async (t) => {
    const foreign = { errorInfo: { ...errorInfo, domain: 'envoy.example' } };
    const { driver, reply } = await driveTo(t, failing(1, 'UNAVAILABLE', foreign), {
      RESEND_UNKNOWN_OUTCOMES: 'false',
    });
    assert.equal(phaseOf(reply), 'Error');
    assert.equal(driver.requests.length, 1);
  });

  it('gives each call its deadline on the wire, and the last one what is left of the budget', async (t) => {
    const arrivedMs: number[] = [];
    const drive: Drive = () => {
      arrivedMs.push(Date.now());
      return new Promise(() => {});
    };
    const { driver } = await driveTo(t, drive, { TIMEOUT_SECONDS: '2', STEP_TIMEOUT_SECONDS: '3' });
    const { deadlinesMs } = driver;
    assert.ok(deadlinesMs.length >= 2, 'a call whose deadline has passed is followed by another');
    const lefts = deadlinesMs.map((deadlineMs, index) => deadlineMs - (arrivedMs[index] ?? 0));
    assert.ok(
      lefts.every((leftMs) => leftMs <= 2_001),
      lefts.join(),
    );
    // From the first call's arrival on, which is a little later than its start.
    const ends = deadlinesMs.map((deadlineMs) => deadlineMs - (deadlinesMs[0] ?? 0) + 2_000);
    assert.ok((ends.at(-1) ?? 0) <= 3_100, ends.join());
    assert.ok((ends.at(-1) ?? 0) > 2_000, ends.join());
  });

  it('gives up after the budget with a sentence that says how long, how often and the last status', async (t) => {
    const { reply, ids } = await driveTo(t, failing(1_000, 'ABORTED', { retryDelayMs: 100 }), {
      STEP_TIMEOUT_SECONDS: '1',
    });
    assert.match(
      reply.node.message ?? '',
      /^ABORTED: the driver was interrupted, gave up after \d+ tr(y|ies) in [01] s \(STEP_TIMEOUT_SECONDS\): come back$/,
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
    assert.match(
      reply.node.message ?? '',
      /the driver's answer with its \d+ bytes is larger than MAX_RECEIVE_BYTES/,
    );
    assert.equal(driver.requests.length, 1);
  });
});
