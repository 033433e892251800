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

const failing = () => new Client('127.0.0.1:9', credentials.createInsecure());

test('a call is made without a stack, and errors after it have theirs', async () => {
  const client = failing();
  const limits = [Error.stackTraceLimit];
  const make = client.makeUnaryRequest.bind(client) as (...given: unknown[]) => unknown;
  Object.assign(client, {
    makeUnaryRequest: (...given: unknown[]) => {
      limits.push(Error.stackTraceLimit);
      return make(...given);
    },
  });
  const { ended } = startUnaryCall({ client, closedBecause: undefined }, sending);
  limits.push(Error.stackTraceLimit);
  assert.equal((await ended).kind, 'failed');
  client.close();
  assert.deepEqual(limits, [limits[0], 0, limits[0]]);
});

test('what a closed channel throws has a stack, and so have errors after it', async () => {
  const client = failing();
  client.close();
  const before = Error.stackTraceLimit;
  const { ended } = startUnaryCall({ client, closedBecause: 'it is closed' }, sending);
  const after = Error.stackTraceLimit;
  await assert.rejects(
    ended,
    ({ message, stack }: Error) => /shut down/.test(message) && /\n {4}at /.test(stack ?? ''),
  );
  assert.equal(after, before);
});
