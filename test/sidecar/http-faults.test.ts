import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { nodeOf, outputsOf, startBridge } from '../support/start-bridge.js';
import type { DriverCall } from '../support/start-driver.js';
import { testToken } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const path = '/api/v1/template.execute';
const ours = JSON.stringify(templateBody(containerArguments));
const bearer = { Authorization: `Bearer ${testToken}` };
const json = { ...bearer, 'Content-Type': 'application/json' };

const bodies: {
  name: string;
  body: string | Buffer;
  headers: Record<string, string>;
  httpStatus: number;
  says: RegExp;
}[] = [
  { name: 'no bytes', body: '', headers: json, httpStatus: 400, says: /the body is/ },
  { name: 'blanks', body: ' \n', headers: json, httpStatus: 400, says: /is not valid JSON/ },
  {
    name: 'half of the JSON',
    body: ours.slice(0, 300),
    headers: json,
    httpStatus: 400,
    says: /is not valid JSON/,
  },
  { name: 'JSON and more', body: `${ours}}`, headers: json, httpStatus: 400, says: /is not valid JSON/ },
  {
    name: 'a raw control character',
    body: '{"a":"\u0001"}',
    headers: json,
    httpStatus: 400,
    says: /not valid JSON/,
  },
  { name: 'NaN', body: '{"a":NaN}', headers: json, httpStatus: 400, says: /is not valid JSON/ },
  { name: 'a comment', body: '{}// more', headers: json, httpStatus: 400, says: /is not valid JSON/ },
  {
    name: '100,000 open brackets',
    body: '['.repeat(100_000),
    headers: json,
    httpStatus: 400,
    says: /is not valid JSON/,
  },
  {
    name: 'bytes that are no UTF-8',
    body: Buffer.from('{"a":"\xff"}', 'latin1'),
    headers: json,
    httpStatus: 400,
    says: /no UTF-8/,
  },
  {
    name: 'a surrogate in UTF-8',
    body: Buffer.from('7b2261223a22eda080227d', 'hex'),
    headers: json,
    httpStatus: 400,
    says: /no UTF-8/,
  },
  {
    name: 'UTF-16',
    body: Buffer.from(ours, 'utf16le'),
    headers: json,
    httpStatus: 400,
    says: /no UTF-8|not valid JSON/,
  },
  {
    name: 'another content type',
    body: ours,
    headers: { ...bearer, 'Content-Type': 'text/plain' },
    httpStatus: 415,
    says: /application\/json/,
  },
  {
    name: 'a form',
    body: 'a=b',
    headers: { ...bearer, 'Content-Type': 'application/x-www-form-urlencoded' },
    httpStatus: 415,
    says: /application\/json/,
  },
  {
    name: 'gzip',
    body: gzipSync(ours),
    headers: { ...json, 'Content-Encoding': 'gzip' },
    httpStatus: 415,
    says: /must not be compressed/,
  },
];
for (const { name, body, headers, httpStatus, says } of bodies) {
  test(`a body of ${name} gets ${httpStatus} and one sentence as JSON`, async (t) => {
    const { driver, sidecar } = await startBridge(t);

    const response = await fetch(`${sidecar.address}${path}`, { method: 'POST', headers, body });

    const text = await response.text();
    assert.equal(response.status, httpStatus, text);
    assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.deepEqual(Object.keys(JSON.parse(text)), ['error']);
    assert.match(text, says);
    assert.equal(driver.requests.length, 0);
  });
}

test('a body above 16 MiB gets 413 that names the setting', async (t) => {
  const { driver, sidecar } = await startBridge(t);

  const posted = await sidecar.post(JSON.stringify({ a: 'x'.repeat(16 * 1024 * 1024) }));

  assert.equal(posted.httpStatus, 413);
  assert.match(JSON.parse(posted.text).error, /MAX_BODY_BYTES/);
  assert.equal(driver.requests.length, 0);
});

test('a body just below 16 MiB is read', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const padding = ' '.repeat(16 * 1024 * 1024 - Buffer.byteLength(ours));
  assert.equal(outputsOf(await sidecar.post(`${ours}${padding}`))['condition'], 'nil');
  assert.equal(driver.requests.length, 1);
});

test('the body limit can be set', async (t) => {
  const { driver, sidecar } = await startBridge(t, undefined, { MAX_BODY_BYTES: '1024' });
  assert.equal((await sidecar.post(`${ours}${' '.repeat(1024)}`)).httpStatus, 413);
  assert.equal(driver.requests.length, 0);
});

for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
  test(`${method} on the agent's path gets 405 that allows POST, never 404`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    const response = await fetch(`${sidecar.address}${path}`, { method, headers: json });
    await response.text();
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST');
    assert.equal(driver.requests.length, 0);
  });
}

const elsewhere = [
  '/',
  '/api/v1/',
  '/API/V1/TEMPLATE.EXECUTE',
  `${path}2`,
  '/%',
  '/api/v1/workflow.execute',
  '//',
];
for (const other of elsewhere) {
  test(`POST ${other} gets 404 as JSON`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    const response = await fetch(`${sidecar.address}${other}`, { method: 'POST', headers: json, body: ours });
    assert.equal(response.status, 404);
    assert.deepEqual(JSON.parse(await response.text()), { error: `this plugin serves POST ${path} only` });
    assert.equal(driver.requests.length, 0);
  });
}

const accepted = [
  { name: 'a charset in the content type', headers: { 'Content-Type': 'application/json; charset=utf-8' } },
  { name: 'a content type in upper case', headers: { 'Content-Type': 'APPLICATION/JSON' } },
  { name: "the agent's Accept-Encoding", headers: { 'Accept-Encoding': 'gzip' } },
];
for (const { name, headers } of accepted) {
  test(`a POST with ${name} is answered, uncompressed and with its length`, async (t) => {
    const { sidecar } = await startBridge(t);
    const posted = await sidecar.post(ours, headers);
    assert.equal(outputsOf(posted)['condition'], 'nil');
    assert.equal(posted.headers.get('content-length'), String(Buffer.byteLength(posted.text)));
    assert.equal(posted.headers.get('content-encoding'), null);
    assert.equal(posted.headers.get('x-powered-by'), null);
  });
}

test('a body that comes in pieces of one byte is one body', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const { hostname, port } = new URL(sidecar.address);
  const body = Buffer.from(ours.replace('"hello"', '"héllo 🦭"'));
  const call = request({ hostname, port, path, method: 'POST', headers: json });
  for (const byte of body) {
    call.write(Buffer.from([byte]));
  }
  call.end();
  const [response] = await once(call, 'response');
  response.resume();
  await once(response, 'end');
  assert.equal(response.statusCode, 200);
  assert.equal(driver.requests[0]?.pipeline_name, 'héllo 🦭');
});

const rudeness = [
  {
    name: 'an upload that is cut',
    bytes: `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${testToken}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"template"`,
  },
  { name: 'bytes that are no HTTP', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' },
  {
    name: 'a chunk of a wrong size',
    bytes: `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${testToken}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n`,
  },
  {
    name: 'a header of 100 KB',
    bytes: `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
  },
];
for (const { name, bytes } of rudeness) {
  test(`${name} does not keep the next caller from its answer`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    await sendAndHangUp(sidecar.address, bytes);

    const posted = await sidecar.post(ours);

    assert.equal(nodeOf(posted).phase, 'Succeeded');
    assert.equal(driver.requests.length, 1);
  });
}

test('an agent that hangs up before the answer does not cancel the call', async (t) => {
  const calls: DriverCall[] = [];
  const arrived = new EventEmitter();
  const { sidecar } = await startBridge(t, ({ task_name: task }, call) => {
    calls.push(call);
    arrived.emit('call');
    return task === 'slow' ? new Promise(() => {}) : {};
  });
  const arrival = once(arrived, 'call');
  const hangingUp = new AbortController();
  const post = fetch(`${sidecar.address}${path}`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(templateBody({ ...containerArguments, task_name: 'slow' })),
    signal: hangingUp.signal,
  });
  await arrival;
  hangingUp.abort();
  await assert.rejects(post, { name: 'AbortError' });

  for (const task of ['second', 'third']) {
    const other = await sidecar.post(templateBody({ ...containerArguments, task_name: task }));
    assert.equal(nodeOf(other).phase, 'Succeeded');
  }

  assert.equal(calls[0]?.cancelled(), false);
});

async function sendAndHangUp(address: string, bytes: string): Promise<void> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(Buffer.from(bytes, 'latin1'), resolve));
  socket.destroy();
  await once(socket, 'close');
}
