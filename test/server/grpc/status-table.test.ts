import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { status as grpcStatus } from '@grpc/grpc-js';
import type {
  ExecuteRequest,
  ExecuteRequest__Output,
} from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import type { Status } from '../../../src/contract/status-error.js';
import { callDriver, failureOf } from '../../support/call-driver.js';
import { startServerProgram } from '../../support/start-server-program.js';
import { containerRequest, rootRequest } from '../program-engine/fixtures.js';

interface Row {
  readonly name: string;
  readonly request: ExecuteRequest;
  readonly status: Status;
  readonly reason: string;
  readonly retry: 'safe' | 'unsafe';
  readonly message: RegExp;
}

/** A task that the fake drives as its name says. */
const task = (task_name: string) => containerRequest({ request_id: task_name, task_name });
function withoutContainer(more: ExecuteRequest__Output): ExecuteRequest {
  const { container: _, ...request } = containerRequest(more);
  return request;
}
/** An object of so many levels with a list at its end. */
const nested = (levels: number, commas: number) =>
  `${'{"a":'.repeat(levels)}[${'1,'.repeat(commas)}1]${'}'.repeat(levels)}`;
const large = JSON.stringify({ text: 'x'.repeat(140_000) });

const rows: readonly Row[] = [
  {
    name: 'a verdict of KFP',
    request: task('verdict'),
    status: 'FAILED_PRECONDITION',
    reason: 'DRIVER_VERDICT',
    retry: 'unsafe',
    message: /^KFP driver: failed to resolve inputs: .*parent DAG does not have input parameter a$/,
  },
  {
    name: "a cause of the platform's in KFP's words",
    request: task('unavailable'),
    status: 'UNAVAILABLE',
    reason: 'PLATFORM_CAUSE',
    retry: 'unsafe',
    message: /^KFP driver: failed to create execution: rpc error: code = Unavailable/,
  },
  {
    name: 'the same for a root driver, which finds its execution again',
    request: rootRequest({ request_id: 'root', task_name: 'unavailable' }),
    status: 'UNAVAILABLE',
    reason: 'PLATFORM_CAUSE',
    retry: 'safe',
    message: /code = Unavailable/,
  },
  {
    name: 'a flag that the driver refuses',
    request: task('bad-flag'),
    status: 'INTERNAL',
    reason: 'FLAG_REFUSED',
    retry: 'safe',
    message: /^the driver of KFP 2\.17 refused the flag foo$/,
  },
  {
    name: 'a panic',
    request: task('panic'),
    status: 'INTERNAL',
    reason: 'DRIVER_PANICKED',
    retry: 'unsafe',
    message: /^the driver panicked: runtime error: invalid memory address or nil pointer dereference$/,
  },
  {
    name: 'a driver that a signal killed',
    request: task('crash'),
    status: 'ABORTED',
    reason: 'DRIVER_KILLED',
    retry: 'unsafe',
    message: /^the driver was killed by SIGKILL$/,
  },
  {
    name: 'a driver over its budget',
    request: task('silent'),
    status: 'DEADLINE_EXCEEDED',
    reason: 'DRIVER_TIMED_OUT',
    retry: 'unsafe',
    message: /^the driver was stopped after 2 s \(DRIVER_PROGRAM_TIMEOUT_SECONDS\)$/,
  },
  {
    name: 'a driver over its budget that has written',
    request: task('hang-after-write'),
    status: 'DEADLINE_EXCEEDED',
    reason: 'DRIVER_TIMED_OUT',
    retry: 'unsafe',
    message: /DRIVER_PROGRAM_TIMEOUT_SECONDS/,
  },
  {
    name: 'a failure without a word of KFP',
    request: task('mute'),
    status: 'INTERNAL',
    reason: 'DRIVER_FAILED',
    retry: 'unsafe',
    message: /^the driver ended with exit code 1 and gave no reason$/,
  },
  {
    name: 'a DAG without its execution id',
    request: rootRequest({
      request_id: 'no-files',
      type: 'DRIVER_TYPE_DAG',
      task_name: 'no-files',
      task: '{}',
    }),
    status: 'INTERNAL',
    reason: 'OUTPUT_MISSING',
    retry: 'unsafe',
    message: /^the DAG driver ended well, but wrote no execution-id$/,
  },
  {
    name: 'a file that is no text',
    request: task('no-utf8'),
    status: 'INTERNAL',
    reason: 'OUTPUT_UNREADABLE',
    retry: 'unsafe',
    message: /execution-id is not UTF-8 text$/,
  },
  {
    name: 'an argument that the system does not take',
    request: containerRequest({ request_id: 'large', container: large }),
    status: 'INVALID_ARGUMENT',
    reason: 'ARGUMENT_TOO_LARGE',
    retry: 'safe',
    message: /^container has 140024 bytes as an argument of the driver; the system takes 131072$/,
  },
  {
    name: 'specs that the driver would print in more than it may',
    request: containerRequest({ request_id: 'deep', component: nested(490, 30_000) }),
    status: 'INVALID_ARGUMENT',
    reason: 'ARGUMENT_TOO_LARGE',
    retry: 'safe',
    message: /^the specs have \d{8} bytes when the driver prints them, component the most/,
  },
  {
    name: 'a driver that takes too much memory',
    request: task('greedy'),
    status: 'RESOURCE_EXHAUSTED',
    reason: 'DRIVER_OUT_OF_MEMORY',
    retry: 'unsafe',
    message: /^the driver was killed for its memory, above 268435456 bytes \(DRIVER_PROGRAM_MEMORY\)/,
  },
  {
    name: 'a task that ended well and wrote nothing',
    request: containerRequest({ request_id: 'no-files-task', task_name: 'no-files' }),
    status: 'INTERNAL',
    reason: 'OUTPUT_MISSING',
    retry: 'unsafe',
    message: /^the CONTAINER driver ended well, but wrote no condition$/,
  },
  {
    name: 'a request without what the driver needs',
    request: withoutContainer({ request_id: 'lacking' }),
    status: 'FAILED_PRECONDITION',
    reason: 'BAD_REQUEST',
    retry: 'safe',
    message: /^the request has no container, which the CONTAINER driver of KFP 2\.17 needs/,
  },
];

test('each end of a driver is its status, its reason and a word on re-sending, on the wire', async (t) => {
  const { connect, log, workDir } = await startServerProgram(t, {
    fake: { FAKE_DRIVER_MISBEHAVE: 'by-task' },
    env: { DRIVER_PROGRAM_TIMEOUT_SECONDS: '2', MAX_PROGRAMS: '4' },
  });
  const client = connect();
  const failures = await Promise.all(rows.map(({ request }) => failureOf(callDriver(client, request))));
  for (const [index, { name, status, reason, retry, message }] of rows.entries()) {
    await t.test(`${name} is ${status}`, () => {
      const { code, details, metadata } = failures[index] ?? assert.fail();
      assert.equal(grpcStatus[code], status);
      assert.match(details, message);
      const { errorInfo, retryDelayMs } = readStatusDetails(metadata);
      assert.equal(errorInfo?.domain, 'driver.kfp.kubeflow.org');
      assert.deepEqual([errorInfo?.reason, errorInfo?.metadata['retry']], [reason, retry]);
      // A RetryInfo would say that nothing was driven.
      assert.equal(retryDelayMs, undefined);
    });
  }
  assert.deepEqual(readdirSync(workDir), []);
  const logged = log.filter(({ message }) => message === 'did not drive');
  assert.deepEqual(logged.map(({ reason }) => reason).sort(), rows.map(({ reason }) => reason).sort());
});

test('a specification that names a file of the server is refused', async (t) => {
  const { connect } = await startServerProgram(t);
  const failure = await failureOf(callDriver(connect(), containerRequest({ component: '@/etc/passwd' })));
  assert.equal(failure.code, grpcStatus.INVALID_ARGUMENT);
  assert.match(failure.details, /component must be JSON text: it may not begin with @/);
});

test('a protection that an older driver does not know is FAILED_PRECONDITION with flag and version', async (t) => {
  const { connect } = await startServerProgram(t, { fake: { FAKE_DRIVER_VERSION: '2.15' } });
  const request = containerRequest({ default_run_as_user: '1000' });
  const failure = await failureOf(callDriver(connect(), request));
  assert.equal(failure.code, grpcStatus.FAILED_PRECONDITION);
  assert.deepEqual(readStatusDetails(failure.metadata).errorInfo?.metadata, {
    flag: 'default_run_as_user',
    version: 'KFP 2.15',
    retry: 'safe',
  });
});

for (const version of ['2.16', '2.17']) {
  test(`a root driver of ${version} that failed may be driven again only where it finds its execution`, async (t) => {
    const fake = { FAKE_DRIVER_VERSION: version, FAKE_DRIVER_MISBEHAVE: 'unavailable' };
    const { connect } = await startServerProgram(t, { fake });
    const failure = await failureOf(callDriver(connect(), rootRequest()));
    const { errorInfo } = readStatusDetails(failure.metadata);
    assert.equal(errorInfo?.metadata['retry'], version === '2.16' ? 'unsafe' : 'safe');
  });
}

test('ROOT_DRIVER_IDEMPOTENT says for 2.16.1 what its flags cannot', async (t) => {
  const fake = { FAKE_DRIVER_VERSION: '2.16', FAKE_DRIVER_MISBEHAVE: 'unavailable' };
  const { connect } = await startServerProgram(t, { fake, env: { ROOT_DRIVER_IDEMPOTENT: 'true' } });
  const failure = await failureOf(callDriver(connect(), rootRequest()));
  assert.equal(readStatusDetails(failure.metadata).errorInfo?.metadata['retry'], 'safe');
});
