import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { FollowedResponse } from '../../src/sidecar/followed-response.js';
import { outcomeOfResponse } from '../../src/sidecar/post-outcome.js';

/** More than the system takes at once. */
const large = Buffer.alloc(16 << 20, 'x');

/** What was told of a response, once it is closed. */
interface Told {
  readonly gone: boolean;
  readonly delivered: boolean;
  readonly outcome: string;
}

/** Asks a server whose handler has the response; resolves with the client's socket and what will be told. */
async function ask(t: TestContext, handle: (response: ServerResponse, followed: FollowedResponse) => void) {
  let tell = (_told: Told) => {};
  const told = new Promise<Told>((resolve) => {
    tell = resolve;
  });
  const server = createServer((_request, response) => {
    let [gone, delivered] = [false, false];
    const followed = new FollowedResponse(response);
    followed.onGone(() => {
      gone = true;
    });
    followed.onDelivered(() => {
      delivered = true;
    });
    response.once('close', () => {
      tell({ gone, delivered, outcome: outcomeOfResponse(response, 'succeeded') });
    });
    handle(response, followed);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  socket.on('error', () => {});
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
  return { socket, told };
}

const answer = (response: ServerResponse, body: Buffer) => {
  response.writeHead(200, { 'Content-Length': body.length }).end(body);
};

test('an answer that the client reads to its end is delivered', async (t) => {
  const { socket, told } = await ask(t, (response, followed) => {
    followed.onGone(() => assert.fail('nobody has gone'))();
    answer(response, large);
  });
  socket.resume();
  assert.deepEqual(await told, { gone: false, delivered: true, outcome: 'succeeded' });
});

test('an answer that also closes its connection is delivered', async (t) => {
  const { socket, told } = await ask(t, (response, followed) => {
    followed.onGone(() => assert.fail('nobody has gone'))();
    response.setHeader('Connection', 'close');
    answer(response, Buffer.from('{}'));
  });
  socket.resume();
  assert.deepEqual(await told, { gone: false, delivered: true, outcome: 'succeeded' });
});

test('an answer whose client resets the connection in the midst of it is not delivered, although it was written to its end', async (t) => {
  const { socket, told } = await ask(t, (response) => answer(response, large));
  socket.once('data', () => socket.resetAndDestroy());
  assert.deepEqual(await told, { gone: true, delivered: false, outcome: 'hung-up' });
});

test('a client that hangs up before its answer has gone, and gets nothing', async (t) => {
  const followed: FollowedResponse[] = [];
  const { socket, told } = await ask(t, (_response, each) => {
    followed.push(each);
    assert.equal(each.isGone(), false);
    socket.destroy();
  });
  assert.deepEqual(await told, { gone: true, delivered: false, outcome: 'hung-up' });
  assert.equal(followed[0]?.isGone(), true);
});
