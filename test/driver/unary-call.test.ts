import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { startUnaryCall } from '../../src/driver/unary-call.js';

const sending = {
  path: '/kfp.driver.v1.DriverService/Execute',
  bytes: Buffer.alloc(0),
  deserialize: () => assert.fail('nobody answers'),
  metadata: new Metadata(),
  timeoutMs: 1_000,
};

test('errors of others have their stacks after a call, and after one that a closed channel refuses', async () => {
  const client = new Client('127.0.0.1:9', credentials.createInsecure());
  const { ended } = startUnaryCall({ client, closedBecause: undefined }, sending);
  const limits = [Error.stackTraceLimit];
  assert.equal((await ended).kind, 'failed');
  client.close();
  await assert.rejects(startUnaryCall({ client, closedBecause: 'it is closed' }, sending).ended, /shut down/);
  limits.push(Error.stackTraceLimit);
  assert.deepEqual(limits, [10, 10]);
});
