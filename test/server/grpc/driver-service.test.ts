import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import type { ExecuteRequest } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { StatusError } from '../../../src/contract/status-error.js';
import { callDriver, startCall } from '../../support/call-driver.js';
import { aRequest, createGate, startServer, until } from '../../support/start-server.js';

const answer = async () => ({ response: { execution_id: '7' } });
const refusalOf = (call: Promise<unknown>): Promise<ServiceError> =>
  call.then(
    () => assert.fail('the call was answered'),
    (error) => error,
  );

test('eight calls of one request_id at the same instant are one drive with eight equal answers', async (t) => {
  const gate = createGate();
  const { client, drives, lines } = await startServer(t, async () => {
    await gate.opened;
    return { response: { execution_id: '9223372036854775807', extra_outputs: { a: 'b' } } };
  });
  const calls = Array.from({ length: 8 }, () => callDriver(client, aRequest()));
  await until(() => drives.length > 0 && drives[0]?.[1].joined() === true);
  gate.open();

  const answers = await Promise.all(calls);

  assert.equal(drives.length, 1);
  assert.equal(new Set(answers.map((each) => JSON.stringify(each))).size, 1);
  assert.equal(answers[0]?.execution_id, '9223372036854775807');
  assert.equal(lines.filter(({ facts }) => facts['repeat'] !== undefined).length, 7);
});

test('a success is answered again without a drive', async (t) => {
  const { client, drives, lines } = await startServer(t, answer);
  const first = await callDriver(client, aRequest());
  assert.deepEqual(await callDriver(client, aRequest()), first);
  assert.equal(drives.length, 1);
  assert.equal(lines.at(-1)?.facts['repeat'], 'replayed');
});

test('a failure is answered again for half a minute with its details, then driven anew', async (t) => {
  const clock = { nowMs: 1 };
  const errorInfo = { reason: 'VERDICT', domain: 'driver.kfp.kubeflow.org', metadata: { a: 'b' } };
  const fail = async () => {
    throw new StatusError('FAILED_PRECONDITION', 'the driver says no', { details: { errorInfo } });
  };
  const { client, drives } = await startServer(t, fail, { ledger: { clock: () => clock.nowMs } });
  await refusalOf(callDriver(client, aRequest()));
  clock.nowMs = 29_000;

  const again = await refusalOf(callDriver(client, aRequest()));

  assert.equal(again.code, grpcStatus.FAILED_PRECONDITION);
  assert.equal(again.details, 'the driver says no');
  assert.deepEqual(readStatusDetails(again.metadata), { errorInfo });
  assert.equal(drives.length, 1);
  clock.nowMs = 30_002;
  await refusalOf(callDriver(client, aRequest()));
  assert.equal(drives.length, 2);
});

test('a refusal before the drive is not kept: the next call of the request_id drives', async (t) => {
  let calls = 0;
  const { client } = await startServer(t, async () => {
    calls += 1;
    if (calls > 1) {
      return { response: { execution_id: '1' } };
    }
    throw new StatusError('RESOURCE_EXHAUSTED', 'too many wait', { details: { retryDelayMs: 20 } });
  });
  const refusal = await refusalOf(callDriver(client, aRequest()));
  assert.equal(refusal.code, grpcStatus.RESOURCE_EXHAUSTED);
  assert.deepEqual(readStatusDetails(refusal.metadata), { retryDelayMs: 20 });
  assert.equal((await callDriver(client, aRequest())).execution_id, '1');
});

const sameRequests: { name: string; changes: ExecuteRequest }[] = [
  { name: 'other overrides', changes: { untrusted_overrides: { log_level: '4' } } },
  { name: 'extra arguments in another order', changes: { extra_args: { b: '2', a: '1' } } },
];
for (const { name, changes } of sameRequests) {
  test(`a repeat with ${name} is the same request`, async (t) => {
    const { client, drives } = await startServer(t, answer);
    await callDriver(
      client,
      aRequest({ extra_args: { a: '1', b: '2' }, untrusted_overrides: { log_level: '1' } }),
    );
    await callDriver(client, aRequest({ extra_args: { a: '1', b: '2' }, ...changes }));
    assert.equal(drives.length, 1);
  });
}

const otherRequests: { name: string; changes: ExecuteRequest }[] = [
  { name: 'another task', changes: { task_name: 'serve' } },
  { name: 'an empty argument instead of an absent one', changes: { runtime_config: '' } },
  { name: 'another extra argument', changes: { extra_args: { a: '2' } } },
  { name: 'an extra argument named __proto__', changes: { extra_args: JSON.parse('{"__proto__":"x"}') } },
  {
    name: 'another workflow name',
    changes: { workflow: { name: 'b', namespace: 'kubeflow', uid: 'uid-1' } },
  },
];
for (const { name, changes } of otherRequests) {
  test(`a request_id that comes back with ${name} is refused and not driven`, async (t) => {
    const { client, drives } = await startServer(t, answer);
    await callDriver(client, aRequest());

    const refusal = await refusalOf(callDriver(client, aRequest(changes)));

    assert.equal(refusal.code, grpcStatus.INVALID_ARGUMENT);
    assert.equal(readStatusDetails(refusal.metadata).fieldViolations?.[0]?.field, 'request_id');
    assert.equal(drives.length, 1);
  });
}

test('the same request_id of another workflow is another request', async (t) => {
  const { client, drives } = await startServer(t, answer);
  await callDriver(client, aRequest());
  await callDriver(client, aRequest({ workflow: { name: 'hello', namespace: 'kubeflow', uid: 'uid-2' } }));
  await callDriver(client, aRequest({ workflow: { name: 'hello', namespace: 'other', uid: 'uid-1' } }));
  assert.equal(drives.length, 3);
});

test('a call whose client went away goes on, and its answer waits', async (t) => {
  const gate = createGate();
  const { client, drives, lines } = await startServer(t, async () => {
    await gate.opened;
    return { response: { execution_id: '7' } };
  });
  const call = startCall(client, aRequest());
  await until(() => drives.length === 1);
  call.cancel();
  assert.equal((await refusalOf(call.answer)).code, grpcStatus.CANCELLED);
  // A later call on the same connection: once it is refused, the cancellation has arrived as well.
  await refusalOf(callDriver(client, {}));
  gate.open();

  assert.deepEqual(await callDriver(client, aRequest()), { execution_id: '7' });
  assert.equal(drives.length, 1);
  assert.equal(
    lines.some(({ facts }) => facts['clientGone'] === true),
    true,
  );
});

test('a call whose deadline passed goes on, and its answer waits', async (t) => {
  const gate = createGate();
  const { client, drives } = await startServer(t, async () => {
    await gate.opened;
    return { response: { execution_id: '7' } };
  });
  const deadline = Date.now() + 100;
  const late = await refusalOf(callDriver(client, aRequest(), { deadline }));
  assert.equal(late.code, grpcStatus.DEADLINE_EXCEEDED);
  assert.ok(Math.abs((drives[0]?.[1].deadlineMs ?? 0) - deadline) < 100);
  gate.open();

  assert.deepEqual(await callDriver(client, aRequest()), { execution_id: '7' });
  assert.equal(drives.length, 1);
  assert.equal(drives[0]?.[1].signal.aborted, false);
});

test('a call without a deadline has none at the engine', async (t) => {
  const { client, drives } = await startServer(t, answer);
  await callDriver(client, aRequest());
  assert.equal(drives[0]?.[1].deadlineMs, Number.POSITIVE_INFINITY);
  assert.equal(drives[0]?.[1].joined(), false);
});

const brokenEngines = [
  { name: 'rejects with an unexpected error', drive: () => Promise.reject(new TypeError('secret-value')) },
  { name: 'rejects with no error at all', drive: () => Promise.reject(undefined) },
  {
    name: 'throws',
    drive: () => {
      throw new TypeError('secret-value');
    },
  },
  { name: 'answers with no response', drive: async () => JSON.parse('{}') },
  { name: 'answers with nothing', drive: async () => JSON.parse('null') },
  {
    name: 'answers with a nested map',
    drive: async () => JSON.parse('{"response":{"extra_outputs":"no map","execution_id":{"a":{}}}}'),
  },
];
for (const { name, drive } of brokenEngines) {
  test(`an engine that ${name} costs its caller an INTERNAL and nobody else anything`, async (t) => {
    const { client, lines } = await startServer(t, drive);
    const refusal = await refusalOf(callDriver(client, aRequest()));
    assert.equal(refusal.code, grpcStatus.INTERNAL);
    assert.doesNotMatch(refusal.details + JSON.stringify(lines), /secret-value/);
    assert.equal(
      (await refusalOf(callDriver(client, aRequest({ request_id: 'b' })))).code,
      grpcStatus.INTERNAL,
    );
  });
}

test('an answer too large to send is INTERNAL and forbids to send the request again', async (t) => {
  const patch = 'x'.repeat((16 << 20) + 1);
  const { client } = await startServer(t, async () => ({ response: { pod_spec_patch: patch } }));
  const refusal = await refusalOf(callDriver(client, aRequest()));
  assert.equal(refusal.code, grpcStatus.INTERNAL);
  assert.equal(readStatusDetails(refusal.metadata).errorInfo?.metadata['retry'], 'unsafe');
});

test('a status whose message is long or no well-formed text still arrives', async (t) => {
  const { client } = await startServer(t, async () => {
    throw new StatusError('FAILED_PRECONDITION', `\ud800 ${'ä'.repeat(100_000)}`);
  });
  const refusal = await refusalOf(callDriver(client, aRequest()));
  assert.equal(refusal.code, grpcStatus.FAILED_PRECONDITION);
  assert.match(refusal.details, /^\ufffd ä+$/);
});

test('every fault of a request is named, and nothing is driven', async (t) => {
  const { client, drives } = await startServer(t, answer);
  const request = {
    task_name: 'a\0b',
    extra_args: { x: '\0', 'y\0': '' },
    untrusted_overrides: { no_proxy: '\0' },
  };

  const refusal = await refusalOf(callDriver(client, request));

  assert.equal(refusal.code, grpcStatus.INVALID_ARGUMENT);
  const fields = readStatusDetails(refusal.metadata).fieldViolations?.map(({ field }) => field);
  assert.deepEqual(fields?.sort(), [
    'extra_args.x',
    'extra_args.y\\0',
    'request_id',
    'task_name',
    'type',
    'untrusted_overrides.no_proxy',
    'workflow.name',
    'workflow.namespace',
    'workflow.uid',
  ]);
  for (const field of ['request_id', 'workflow.uid', 'task_name']) {
    assert.match(refusal.details, RegExp(field));
  }
  assert.deepEqual(drives, []);
});

test('many faults are refused in a status that still arrives', async (t) => {
  const { client } = await startServer(t, answer);
  const extra_args = Object.fromEntries(
    Array.from({ length: 256 }, (_, i) => [`${i}${'k'.repeat(500)}`, '\0']),
  );
  const refusal = await refusalOf(callDriver(client, aRequest({ extra_args })));
  assert.equal(refusal.code, grpcStatus.INVALID_ARGUMENT);
  assert.match(refusal.details, /236 more faults$/);
});

const badRequests: { name: string; changes: ExecuteRequest; field: string }[] = [
  { name: 'an empty request_id', changes: { request_id: '' }, field: 'request_id' },
  { name: 'a request_id without end', changes: { request_id: 'r'.repeat(513) }, field: 'request_id' },
  { name: 'an unspecified type', changes: { type: 'DRIVER_TYPE_UNSPECIFIED' }, field: 'type' },
  { name: 'a type of a newer contract', changes: JSON.parse('{"type":99}'), field: 'type' },
];
for (const { name, changes, field } of badRequests) {
  test(`${name} is refused`, async (t) => {
    const { client, drives } = await startServer(t, answer);
    const refusal = await refusalOf(callDriver(client, aRequest(changes)));
    assert.equal(refusal.code, grpcStatus.INVALID_ARGUMENT);
    assert.equal(readStatusDetails(refusal.metadata).fieldViolations?.[0]?.field, field);
    assert.deepEqual(drives, []);
  });
}

test('the log has one line per call with ids, status and sizes, and nothing of arguments or answers', async (t) => {
  const { client, lines } = await startServer(t, async () => ({
    response: { pod_spec_patch: 'SENTINEL-patch', extra_outputs: { x: 'SENTINEL-output' } },
    facts: { exitCode: 0 },
  }));
  await callDriver(
    client,
    aRequest({ component: 'SENTINEL-component', extra_args: { x: 'SENTINEL-argument' } }),
  );

  assert.equal(lines.length, 1);
  const { ms, bytesIn, bytesOut, ...facts } = lines[0]?.facts ?? {};
  assert.deepEqual(facts, {
    requestId: 'request-1',
    workflow: 'hello',
    namespace: 'kubeflow',
    uid: 'uid-1',
    task: 'train',
    node: undefined,
    type: 'DRIVER_TYPE_DAG',
    status: 'OK',
    repeat: undefined,
    clientGone: undefined,
    exitCode: 0,
  });
  assert.deepEqual([typeof ms, bytesIn, bytesOut], ['number', 91, 38]);
  assert.doesNotMatch(JSON.stringify(lines), /SENTINEL/);
});

test('a request of 4 MB is driven, one above 4 MiB is refused', async (t) => {
  const { client, drives } = await startServer(t, answer);
  await callDriver(client, aRequest({ component: 'c'.repeat(4e6) }));
  assert.equal(drives[0]?.[0].component?.length, 4e6);
  const refusal = await refusalOf(callDriver(client, aRequest({ component: 'c'.repeat(4.2e6) })));
  assert.equal(refusal.code, grpcStatus.RESOURCE_EXHAUSTED);
});
