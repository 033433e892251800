import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as grpcStatus, Metadata, type ServiceError } from '@grpc/grpc-js';
import { readStatusDetails, writeStatusDetails } from '../../src/contract/status-details.js';
import { StatusError } from '../../src/contract/status-error.js';
import { callDriver, createTestClient } from '../support/call-driver.js';
import { startDriver } from '../support/start-driver.js';

const everyDetail = {
  retryDelayMs: 1_250.5,
  errorInfo: {
    reason: 'PIPELINE',
    domain: 'driver.kfp.kubeflow.org',
    metadata: { retry: 'unsafe' },
  },
  fieldViolations: [
    { field: 'request_id', description: 'is empty' },
    { field: 'workflow.uid', description: 'is empty' },
  ],
  localizedMessage: 'ein Satz für Menschen',
};

test('every detail of a status survives the wire', async (t) => {
  const driver = await startDriver(() => {
    throw new StatusError('FAILED_PRECONDITION', 'no such parent', { details: everyDetail });
  });
  t.after(driver.close);
  const client = createTestClient(driver.address);
  t.after(() => client.close());

  const refusal = (await callDriver(client, {}).catch((error) => error)) as ServiceError;

  assert.equal(refusal.code, grpcStatus.FAILED_PRECONDITION);
  assert.equal(refusal.details, 'no such parent');
  assert.deepEqual(readStatusDetails(refusal.metadata), everyDetail);
});

test('a status without details adds no trailer', () => {
  const metadata = new Metadata();
  writeStatusDetails(metadata, 'INTERNAL', 'broken', {});
  assert.deepEqual(metadata.getMap(), {});
});

const unreadable = [
  { name: 'bytes that are no protobuf', trailer: Buffer.from([0xff, 0xff, 0xff, 0x07]) },
  { name: 'an empty trailer', trailer: Buffer.alloc(0) },
  { name: 'a detail of an unknown type', trailer: statusWith('type.googleapis.com/google.rpc.Help', '') },
  { name: 'a detail without a type', trailer: statusWith('', '') },
  { name: 'a detail named like a property of every object', trailer: statusWith('__proto__', '') },
  {
    name: 'a detail whose bytes are cut',
    trailer: statusWith('type.googleapis.com/google.rpc.RetryInfo', '\x0a\x7f'),
  },
];
for (const { name, trailer } of unreadable) {
  test(`${name} is left out`, () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', trailer);
    assert.deepEqual(readStatusDetails(metadata), {});
  });
}

/** google.rpc.Status with one detail, written by hand: field 3 holds an Any of type_url (1) and value (2). */
function statusWith(typeUrl: string, value: string): Buffer {
  const any = Buffer.concat([textField(0x0a, typeUrl), textField(0x12, value)]);
  return Buffer.concat([Buffer.from([0x1a, any.length]), any]);
}

function textField(tag: number, text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
}
