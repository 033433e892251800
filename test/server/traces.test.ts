import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import { callDriver, failureOf } from '../support/call-driver.js';
import { type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.js';
import { until } from '../support/start-server.js';
import { startServerProgram } from '../support/start-server-program.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';
import { containerRequest, rootRequest } from './program-engine/fixtures.js';

const uid = '0f9e8d7c-6b5a-4c3d-8e2f-1a0b9c8d7e6f';
const traceId = '0f9e8d7c6b5a4c3d8e2f1a0b9c8d7e6f';
const quick = { OTEL_BSP_SCHEDULE_DELAY: '20' };

function taskBody(task_name: string) {
  const body = templateBody({ ...containerArguments, task_name, task: '{"secret":"SENTINEL"}' });
  return { ...body, workflow: { metadata: { ...body.workflow.metadata, uid } } };
}

const serverSpans = (spans: readonly ReceivedSpan[]) => spans.filter(({ kind }) => kind === 2);

test("the drivers of a workflow are one trace, whose id is the workflow's uid, from the sidecar to the program", async (t) => {
  const receiver = await startOtlpReceiver(t);
  const server = await startServerProgram(t, {
    env: {
      ...quick,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_SERVICE_NAME: 'drivers-of-team-a',
      OTEL_RESOURCE_ATTRIBUTES: 'k8s.namespace.name=team-a',
    },
  });
  const sidecar = await startTestSidecar({ DRIVER_HOST: server.address });
  t.after(sidecar.close);
  for (const name of ['one', 'two']) {
    assert.match((await sidecar.post(taskBody(name))).text, /"Succeeded"/);
  }
  await until(() => serverSpans(receiver.spans).length === 2 && receiver.spans.length === 10);
  assert.deepEqual([...new Set(receiver.spans.map((span) => span.traceId))], [traceId]);
  const requestIds = server.log
    .filter(({ message }) => message === 'drove')
    .map(({ requestId }) => requestId);
  const calls = serverSpans(receiver.spans);
  assert.deepEqual(
    calls.map(({ attributes }) => attributes['driver_plugin.request_id']),
    requestIds,
  );
  assert.equal(new Set(calls.map(({ parentSpanId }) => parentSpanId)).size, 2);
  for (const call of calls) {
    const stages = receiver.spans.filter(({ parentSpanId }) => parentSpanId === call.spanId);
    assert.deepEqual(
      stages.map(({ name }) => name),
      ['ledger claim', 'queue', 'program', 'ledger finish'],
    );
    for (const { startNano, endNano } of stages) {
      assert.ok(call.startNano <= startNano && startNano <= endNano && endNano <= call.endNano + 1_000_000n);
    }
  }
  const [first] = receiver.spans;
  assert.equal(first?.resource['service.name'], 'drivers-of-team-a');
  assert.equal(first?.resource['k8s.namespace.name'], 'team-a');
  assert.deepEqual(new Set(receiver.requests), new Set(['POST /v1/traces application/x-protobuf']));
});

test('spans carry ids, sizes, times and statuses, and nothing of the arguments, of names or of messages', async (t) => {
  const receiver = await startOtlpReceiver(t);
  const server = await startServerProgram(t, {
    env: { ...quick, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    fake: { FAKE_DRIVER_MISBEHAVE: 'by-task' },
  });
  const client = server.connect();
  const request = {
    task: '{"taskInfo":{"name":"SENTINEL"}}',
    workflow: { name: 'hello', namespace: 'kubeflow', uid },
  };
  await callDriver(client, containerRequest({ ...request, request_id: 'good', task_name: 'good' }));
  await callDriver(client, containerRequest({ ...request, request_id: 'good', task_name: 'good' }));
  await failureOf(
    callDriver(client, containerRequest({ ...request, request_id: 'bad', task_name: 'verdict' })),
  );
  await until(() => serverSpans(receiver.spans).length === 3);
  const [drove, replayed, failed] = serverSpans(receiver.spans);
  assert.equal(drove?.attributes['rpc.response.status_code'], 'OK');
  assert.equal(replayed?.attributes['driver_plugin.repeat'], 'replayed');
  assert.deepEqual(
    [failed?.attributes['rpc.response.status_code'], failed?.attributes['error.type'], failed?.status],
    ['FAILED_PRECONDITION', 'DRIVER_VERDICT', { code: 2 }],
  );
  const program = receiver.spans.filter(({ name }) => name === 'program').at(-1);
  assert.deepEqual([program?.attributes['process.exit.code'], program?.status.code], ['1', 2]);
  const keys = new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)));
  assert.deepEqual([...keys].sort(), [
    'driver_plugin.driver_type',
    'driver_plugin.output_bytes',
    'driver_plugin.repeat',
    'driver_plugin.request_bytes',
    'driver_plugin.request_id',
    'driver_plugin.response_bytes',
    'driver_plugin.workflow_uid',
    'error.type',
    'process.exit.code',
    'rpc.method',
    'rpc.response.status_code',
    'rpc.system.name',
  ]);
  assert.doesNotMatch(Buffer.concat(receiver.bodies).toString('latin1'), /SENTINEL|verdict|hello/);
});

test('a traceparent that is none, and none at all, leave the call in the trace of its workflow', async (t) => {
  const receiver = await startOtlpReceiver(t);
  const server = await startServerProgram(t, {
    env: { ...quick, ENGINE: 'memory', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
  });
  const client = server.connect();
  const workflow = { name: 'hello', namespace: 'kubeflow', uid };
  const texts = [undefined, '00-0-0-01', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, `00-${'a'.repeat(52)}`];
  for (const [index, text] of texts.entries()) {
    const metadata = new Metadata();
    metadata.set('traceparent', text ?? '');
    await callDriver(client, rootRequest({ workflow, request_id: `request-${index}` }), {}, metadata);
  }
  const foreign = new Metadata();
  foreign.set('traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
  await callDriver(client, rootRequest({ workflow, request_id: 'foreign' }), {}, foreign);
  await until(() => serverSpans(receiver.spans).length === texts.length + 1);
  const calls = serverSpans(receiver.spans);
  assert.deepEqual(
    calls.slice(0, -1).map((call) => call.traceId),
    texts.map(() => traceId),
  );
  assert.deepEqual([calls.at(-1)?.traceId, calls.at(-1)?.parentSpanId], ['a'.repeat(32), 'b'.repeat(16)]);
});

test('a collector that is away costs one line in the log and no call, and SIGTERM sends what is left', async (t) => {
  let httpStatus = 400;
  const receiver = await startOtlpReceiver(t, () => httpStatus);
  const server = await startServerProgram(t, {
    env: {
      ...quick,
      ENGINE: 'memory',
      REPEAT_GRACE_SECONDS: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    },
  });
  const client = server.connect();
  const lines = (text: string) => server.log.filter(({ message }) => String(message).startsWith(text));
  for (const request_id of ['one', 'two', 'three']) {
    await callDriver(client, rootRequest({ request_id }));
    const before = receiver.requests.length;
    await until(() => receiver.requests.length > before || lines('spans cannot be exported').length > 0);
  }
  await until(() => lines('spans cannot be exported').length === 1);
  httpStatus = 200;
  await callDriver(client, rootRequest({ request_id: 'four' }));
  server.kill('SIGTERM');
  assert.deepEqual(await server.ended, [0, null]);
  assert.equal(lines('spans cannot be exported').length, 1);
  assert.equal(lines('spans can be exported again').length, 1);
  assert.equal(serverSpans(receiver.spans).at(-1)?.attributes['driver_plugin.request_id'], 'four');
});
