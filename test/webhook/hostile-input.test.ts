import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { admitted, assertUnchanged, patched, reviewOf, reviewUid } from '../support/admission.js';
import { driverWorkflow } from '../support/driver-workflow.js';
import { call, startTestWebhook } from '../support/start-test-webhook.js';

const workflow = driverWorkflow();
const good = reviewOf(workflow);

interface Hostile {
  readonly what: string;
  readonly body: string | Buffer;
  readonly reason: string;
  /** Whether the answer can carry the review's uid. */
  readonly uid: string;
}

const hostile: readonly Hostile[] = [
  { what: 'nothing', body: '', reason: 'no-review', uid: '' },
  { what: 'no JSON', body: 'not JSON', reason: 'no-review', uid: '' },
  { what: 'JSON that ends too early', body: good.slice(0, -3), reason: 'no-review', uid: reviewUid },
  {
    what: 'bytes that are no UTF-8',
    body: Buffer.concat([Buffer.from(good.slice(0, -9)), Buffer.from([0xff, 0xfe])]),
    reason: 'no-review',
    uid: reviewUid,
  },
  { what: 'a number', body: '1', reason: 'no-review', uid: '' },
  { what: 'null', body: 'null', reason: 'no-review', uid: '' },
  { what: 'a list', body: '[]', reason: 'no-review', uid: '' },
  {
    what: 'another kind',
    body: good.replace('AdmissionReview', 'ConversionReview'),
    reason: 'no-review',
    uid: reviewUid,
  },
  {
    what: 'v1beta1',
    body: good.replace('admission.k8s.io/v1"', 'admission.k8s.io/v1beta1"'),
    reason: 'no-review',
    uid: reviewUid,
  },
  {
    what: 'a review without a request',
    body: '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}',
    reason: 'no-review',
    uid: '',
  },
  { what: 'a list nested 200,000 deep', body: '['.repeat(200_000), reason: 'no-review', uid: '' },
  {
    what: 'an object nested 100,000 deep in a workflow',
    body: good.replace('"spec":', `"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},"spec":`),
    reason: 'too-deep',
    uid: reviewUid,
  },
  {
    what: 'a number that would lose digits',
    body: good.replace('"spec":', '"priority":9007199254740993,"spec":'),
    reason: 'inexact-number',
    uid: reviewUid,
  },
  {
    what: 'a number that is infinite',
    body: good.replace('"spec":', '"priority":1e400,"spec":'),
    reason: 'inexact-number',
    uid: reviewUid,
  },
];

for (const { what, body, reason, uid } of hostile) {
  test(`${what} is admitted as it came, with one warning and one line in the log`, async (t) => {
    const { post, log } = await startTestWebhook(t);
    const response = admitted(await post(body));
    assertUnchanged(response, uid);
    assert.equal(response.warnings?.length, 1);
    const lines = log.lines.filter(({ message }) => message !== 'listening');
    assert.deepEqual(
      lines.map(({ level, facts }) => [level, facts['reason']]),
      [['warn', reason]],
    );
    assert.equal(admitted(await post(good)).patchType, 'JSONPatch', 'and the next one is converted');
  });
}

test('a body beyond MAX_BODY_BYTES is admitted as it came, with the uid from its beginning', async (t) => {
  const { post, log } = await startTestWebhook(t, { MAX_BODY_BYTES: '20000' });
  const response = admitted(await post(good.replace('"spec":', `"fill":"${'x'.repeat(300_000)}","spec":`)));
  assertUnchanged(response);
  assert.match(response.warnings?.[0] ?? '', /larger than MAX_BODY_BYTES$/);
  assert.equal(log.lines.at(-1)?.facts['reason'], 'too-large');
  assert.equal(admitted(await post(good)).patchType, 'JSONPatch');
});

test('a body that stops arriving is answered within the budget', async (t) => {
  const { webhook, made, log } = await startTestWebhook(t, { BUDGET_SECONDS: '0.2' });
  const socket = connect({
    port: Number(new URL(webhook.address).port),
    host: '127.0.0.1',
    ca: made.caCertificate,
    servername: 'localhost',
  });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  socket.write(
    `POST /convert HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${good.length}\r\n\r\n${good.slice(0, 300)}`,
  );
  const text = await readUntil(socket, '}}');
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  const response = admitted({ httpStatus: 200, text: text.slice(text.indexOf('{')) });
  assertUnchanged(response);
  assert.match(response.warnings?.[0] ?? '', /took too long to arrive/);
  assert.equal(log.lines.at(-1)?.facts['reason'], 'too-slow');
});

test('names and ids of a megabyte are answered, and cut in the log', async (t) => {
  const { post, log } = await startTestWebhook(t);
  const long = 'x'.repeat(1_000_000);
  const response = admitted(await post(reviewOf(workflow, { uid: long, namespace: long, operation: long })));
  assertUnchanged(response, long);
  assert.ok(JSON.stringify(log.lines.at(-1)).length < 1500);
});

test('a caller that goes away in the middle leaves nothing behind', async (t) => {
  const { webhook, made, post } = await startTestWebhook(t);
  const socket = connect({
    port: Number(new URL(webhook.address).port),
    host: '127.0.0.1',
    ca: made.caCertificate,
    servername: 'localhost',
  });
  await once(socket, 'secureConnect');
  socket.write(
    `POST /convert HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${good.length}\r\n\r\n${good.slice(0, 300)}`,
  );
  socket.destroy();
  assert.equal(admitted(await post(good)).patchType, 'JSONPatch');
});

test('bytes that are no TLS end their own connection alone', async (t) => {
  const { webhook, post } = await startTestWebhook(t);
  const { connect: connectPlain } = await import('node:net');
  const socket = connectPlain(Number(new URL(webhook.address).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await once(socket, 'close');
  assert.equal(admitted(await post(good)).patchType, 'JSONPatch');
});

const keys = ['__proto__', 'constructor', 'prototype', 'toString'];

for (const key of keys) {
  test(`the key ${key} changes nothing but its own object`, async (t) => {
    const { post } = await startTestWebhook(t);
    const body = good
      .replace('"spec":', `"${key}":{"polluted":true},"spec":`)
      .replace('"inputs":{}', `"inputs":{"${key}":{"polluted":true}}`);
    const { object } = JSON.parse(body).request;
    const result = patched(object, admitted(await post(body)));
    assert.deepEqual(Object.getOwnPropertyDescriptor(result, key)?.value, { polluted: true });
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });
}

test('a task whose name has half a character is converted, and the half stays as it is', async (t) => {
  const { post } = await startTestWebhook(t);
  const body = good.replaceAll('root-driver', '\\ud800');
  const { object } = JSON.parse(body).request;
  const response = admitted(await post(body));
  assert.match(JSON.stringify(patched(object, response)), /\\ud800/);
});

test('keys with the characters of JSON pointers are escaped', async (t) => {
  const { post } = await startTestWebhook(t);
  const object = structuredClone(workflow) as { metadata: Record<string, unknown> };
  object.metadata['annotations'] = { 'a/b~c': 'kept', '': 'kept' };
  const { metadata } = patched(object as never, admitted(await post(reviewOf(object)))) as typeof object;
  const annotations = metadata['annotations'] as Record<string, string>;
  assert.deepEqual([annotations['a/b~c'], annotations['']], ['kept', 'kept']);
});

test('GET answers probes, and anything else that is no POST says what is served', async (t) => {
  const { webhook, agent } = await startTestWebhook(t);
  const statuses = await Promise.all(
    ['/healthz', '/readyz', '/'].map(async (path) => (await call(webhook, agent, 'GET', path)).httpStatus),
  );
  assert.deepEqual(statuses, [200, 200, 404]);
  assert.equal((await call(webhook, agent, 'PUT', '/convert', good)).httpStatus, 404);
});

async function readUntil(socket: TLSSocket, end: string): Promise<string> {
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes(end)) {
      return text;
    }
  }
  return text;
}
