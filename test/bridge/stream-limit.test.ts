import assert from 'node:assert/strict';
import type { ServerHttp2Stream } from 'node:http2';
import { it } from 'node:test';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';
import { postUntilFinal, until } from '../support/agent.js';
import { sendMessage, startRawServer } from '../support/raw-http2-server.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const { requestDeserialize, responseSerialize } = driverServiceOf(loadContract()).service.Execute;

/** Reads the request of a stream; undefined for one that its client ends before. */
async function idOf(stream: ServerHttp2Stream): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return requestDeserialize(Buffer.concat(chunks).subarray(5)).request_id;
}

it('a call whose deadline passes while a server with one stream at a time lets it wait is sent again, under its request_id', async (t) => {
  const arrived: { readonly id: string | undefined; readonly stream: ServerHttp2Stream }[] = [];
  const answer = (stream: ServerHttp2Stream) =>
    sendMessage(stream, responseSerialize({ execution_id: '7', pod_spec_patch: '{}', cached: false }));
  let isHeld = true;
  const { address } = await startRawServer(
    t,
    async (stream) => {
      const id = await idOf(stream).catch(() => undefined);
      arrived.push({ id, stream });
      if (!isHeld) {
        answer(stream);
      }
    },
    { settings: { maxConcurrentStreams: 1 } },
  );
  const [host = '', port = ''] = address.split(':');
  const sidecar = await startTestSidecar({ DRIVER_HOST: host, DRIVER_PORT: port, TIMEOUT_SECONDS: '1' });
  t.after(sidecar.close);
  const post = (name: string) =>
    postUntilFinal(() => sidecar.post(templateBody({ ...containerArguments, task_name: name })));
  const replies = [post('first')];
  await until(() => arrived.length === 1);
  replies.push(post('second'));
  // The server has heard of both by then, and of one of them twice: each deadline has passed once at least.
  await until(() => arrived.length >= 3 && new Set(arrived.map(({ id }) => id)).size === 2);

  isHeld = false;
  for (const { stream } of arrived.filter(({ stream }) => !stream.closed)) {
    answer(stream);
  }

  for (const { reply } of await Promise.all(replies)) {
    assert.equal(reply.node.phase, 'Succeeded');
  }
  assert.equal(new Set(arrived.map(({ id }) => id)).size, 2, 'a request_id for each task');
});
