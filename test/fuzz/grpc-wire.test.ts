import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connectGrpc } from '../../scripts/fuzz/targets/grpc-wire.js';
import { readCallEnd } from '../../scripts/fuzz/targets/read-call-end.js';

const trailers = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-status': '3',
  'grpc-message': 'no',
};

test('A call beside one of 50 MB that nobody reads has its answer', async (t) => {
  const server = createServer().on('stream', (stream, headers) => {
    if (headers['x-data-bin'] === undefined) {
      stream.on('error', () => {}).respond(trailers, { endStream: true });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire = connectGrpc(`127.0.0.1:${(server.address() as AddressInfo).port}`, readCallEnd);
  t.after(() => {
    wire.close();
    server.close();
  });
  void wire.send({ bytes: Buffer.alloc(50 << 20), headers: { 'x-data-bin': 'unread' } });
  const { kind, faults } = await wire.send({ bytes: Buffer.alloc(5), headers: {} });
  assert.deepEqual({ kind, faults }, { kind: 'INVALID_ARGUMENT', faults: [] });
});
