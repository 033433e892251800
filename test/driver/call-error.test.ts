import assert from 'node:assert/strict';
import type { ServerHttp2Stream } from 'node:http2';
import { createServer, type Server } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import { systemClock } from '../../src/common/clock.js';
import type { CallError } from '../../src/driver/call-error.js';
import { createDriverClient } from '../../src/driver/driver-client.js';
import { createDriverCredentials } from '../../src/driver/driver-credentials.js';
import { delay, until } from '../support/agent.js';
import { sendHeaders, sendMessage, sendStatus, startRawServer } from '../support/raw-http2-server.js';

/** A client of the real grpc-js, closed with the test. */
function startClient(t: TestContext, target: string) {
  const client = createDriverClient({
    target,
    credentials: createDriverCredentials({
      tls: false,
      ca: undefined,
      cert: undefined,
      key: undefined,
      clock: systemClock,
      onUnusable: () => {},
    }),
    callMetadata: () => new Metadata(),
    serverName: undefined,
    loadBalancing: 'round_robin',
    maxSendBytes: 3_000,
    maxReceiveBytes: 2_048,
    keepaliveMs: 30_000,
    keepaliveTimeoutMs: 10_000,
    idleTimeoutMs: 60_000,
    connectTimeoutMs: 300,
    useProxy: false,
    clock: systemClock,
    onStuck: () => {},
  });
  t.after(client.close);
  return client;
}

async function failureOf(
  t: TestContext,
  target: string,
  timeoutMs = 5_000,
  taskName = 'a',
): Promise<CallError> {
  const client = startClient(t, target);
  const result = await client.execute({ request_id: '1', task_name: taskName }, timeoutMs).ended;
  assert.equal(result.kind, 'failed');
  return (result as { readonly failure: CallError }).failure;
}

async function failureOn(t: TestContext, onStream: (stream: ServerHttp2Stream) => void, timeoutMs?: number) {
  const { address } = await startRawServer(t, onStream);
  return failureOf(t, `ipv4:${address}`, timeoutMs);
}

/** A TCP server that never says a word. */
async function startSilent(t: TestContext): Promise<string> {
  return listenOn(
    t,
    createServer((socket) => t.after(() => socket.destroy())),
  );
}

async function listenOn(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `ipv4:127.0.0.1:${address.port}`;
}

const envoy =
  'upstream connect error or disconnect/reset before headers. reset reason: connection termination';

describe('what the real grpc-js tells of a failed call', () => {
  it('a refused connection: not sent', async (t) => {
    const { error, reach, what } = await failureOf(t, 'ipv4:127.0.0.1:1');
    assert.deepEqual(
      [error.status, error.message, reach, what],
      ['UNAVAILABLE', 'connect ECONNREFUSED 127.0.0.1:1', 'not sent', 'no connection to 127.0.0.1:1'],
    );
  });

  it('a name that nobody knows: not sent', async (t) => {
    const { error, reach } = await failureOf(t, 'dns:///nowhere.invalid:80');
    assert.deepEqual([error.status, reach], ['UNAVAILABLE', 'not sent']);
  });

  it('a deadline that passes while there is no connection: not sent', async (t) => {
    const { error, reach } = await failureOf(t, await startSilent(t), 150);
    assert.deepEqual([error.status, reach], ['UNAVAILABLE', 'not sent']);
  });

  it('a channel that is given up: not sent, and why', async (t) => {
    const { error, reach } = await failureOf(t, await startSilent(t));
    assert.deepEqual(
      [error.status, error.message, reach],
      ['UNAVAILABLE', 'it accepts TCP but does not speak HTTP/2', 'not sent'],
    );
  });

  it('a server that goes away as soon as the connection stands: not sent', async (t) => {
    const { address } = await startRawServer(t, () => {}, { onSession: (session) => session.goaway(0) });
    const { error, reach } = await failureOf(t, `ipv4:${address}`);
    assert.deepEqual([error.status, reach], ['UNAVAILABLE', 'not sent']);
  });

  it('a stream that the server refuses: not sent', async (t) => {
    const { error, reach } = await failureOn(t, (stream) => stream.close(7));
    assert.deepEqual([error.status, reach], ['UNAVAILABLE', 'not sent']);
  });

  it('a deadline that passes at the server: unknown', async (t) => {
    const { error, reach, isInvited } = await failureOn(t, () => {}, 300);
    assert.deepEqual([error.status, reach, isInvited], ['DEADLINE_EXCEEDED', 'unknown', false]);
  });

  for (const [name, end] of [
    ['a connection that is cut', (stream: ServerHttp2Stream) => stream.session?.destroy()],
    ['a stream that ends without a status', (stream: ServerHttp2Stream) => stream.close(0)],
    ['a stream that is cancelled', (stream: ServerHttp2Stream) => stream.close(8)],
  ] as const) {
    it(`${name}: UNAVAILABLE and unknown`, async (t) => {
      const { error, reach } = await failureOn(t, end);
      assert.deepEqual([error.status, reach], ['UNAVAILABLE', 'unknown']);
    });

    it(`${name} after its headers: UNAVAILABLE and unknown`, async (t) => {
      const { error, reach } = await failureOn(t, (stream) => {
        sendHeaders(stream);
        setTimeout(() => end(stream), 20);
      });
      assert.deepEqual([error.status, reach], ['UNAVAILABLE', 'unknown']);
    });
  }

  it('a peer that breaks the rules of HTTP/2: UNAVAILABLE and unknown', async (t) => {
    const settings = Buffer.from('000000040000000000', 'hex');
    const resetOfNoStream = Buffer.from('00000403000000006300000008', 'hex');
    const server = createServer((socket) => {
      t.after(() => socket.destroy());
      socket.on('error', () => {});
      socket.write(settings);
      socket.resume();
      setTimeout(() => socket.write(resetOfNoStream), 300);
    });
    const { error, reach, isInvited } = await failureOf(t, await listenOn(t, server));
    assert.deepEqual([error.status, reach, isInvited], ['UNAVAILABLE', 'unknown', false]);
  });

  it('a connection that goes away in the middle of a call lets the call go on', async (t) => {
    const { address } = await startRawServer(t, (stream) => {
      stream.session?.goaway(0);
      setTimeout(() => sendMessage(stream, Buffer.alloc(0)), 100);
    });
    const client = startClient(t, `ipv4:${address}`);
    const { kind } = await client.execute({ request_id: '1' }, 5_000).ended;
    assert.equal(kind, 'answered');
  });

  it("Envoy's own status: answered, but no invitation", async (t) => {
    const { error, reach, isInvited } = await failureOn(t, (stream) =>
      sendStatus(stream, 14, envoy, { server: 'envoy' }),
    );
    assert.deepEqual(
      [error.status, error.message, reach, isInvited],
      ['UNAVAILABLE', envoy, 'answered', false],
    );
  });

  it('an HTTP status of a proxy: unknown, and that it does not speak gRPC', async (t) => {
    const { error, reach, what } = await failureOn(t, (stream) => {
      stream.respond({ ':status': 503, 'content-type': 'text/html' });
      stream.end('<html>');
    });
    assert.deepEqual([error.status, reach], ['UNAVAILABLE', 'unknown']);
    assert.match(what ?? '', /^127\.0\.0\.1:\d+ does not speak gRPC$/);
  });

  it('a page in the place of an answer: not taken for an answer that is too large', async (t) => {
    const { tooLarge, what } = await failureOn(t, (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end('<html>hello</html>');
    });
    assert.equal(tooLarge, undefined);
    assert.match(what ?? '', /does not speak gRPC$/);
  });

  it('an answer that is too large: its size, and the setting', async (t) => {
    const failure = await failureOn(t, (stream) => sendMessage(stream, Buffer.alloc(5_000)));
    assert.equal(failure.tooLarge, 'answer');
    assert.equal(
      failure.what,
      "the driver's answer with its 5000 bytes is larger than MAX_RECEIVE_BYTES, so raise that",
    );
  });

  it('a request that is too large is not sent', async (t) => {
    let streams = 0;
    const { address } = await startRawServer(t, () => {
      streams += 1;
    });
    const failure = await failureOf(t, `ipv4:${address}`, 1_000, 'x'.repeat(4_000));
    assert.deepEqual([failure.tooLarge, failure.reach], ['request', 'not sent']);
    assert.match(failure.what ?? '', /^the request has 40\d\d bytes, and MAX_SEND_BYTES lets 3000 pass/);
    assert.equal(streams, 0);
  });

  it('a call that waits for a connection is told from one that is at the server', async (t) => {
    const waiting = startClient(t, await startSilent(t)).execute({ request_id: '1' }, 5_000);
    let arrived = false;
    const { address } = await startRawServer(t, () => {
      arrived = true;
    });
    const sent = startClient(t, `ipv4:${address}`).execute({ request_id: '1' }, 5_000);
    await until(() => arrived);
    await delay(20);
    assert.deepEqual([waiting.isSent(), sent.isSent()], [false, true]);
  });
});
