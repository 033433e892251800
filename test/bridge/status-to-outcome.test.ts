import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as grpcStatus } from '@grpc/grpc-js';
import { outcomes } from '../../src/bridge/status-to-outcome.js';

const pipelinesFault = [
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'OUT_OF_RANGE',
];

test('every gRPC status but OK has an outcome', () => {
  const statuses = Object.values(grpcStatus).filter((name) => typeof name === 'string' && name !== 'OK');
  assert.deepEqual(Object.keys(outcomes).sort(), statuses.sort());
});

test("five statuses are the pipeline's fault, all others the platform's", () => {
  const failed = Object.entries(outcomes).filter(([, { phase }]) => phase === 'Failed');
  assert.deepEqual(failed.map(([status]) => status).sort(), pipelinesFault);
  const errors = Object.values(outcomes).filter(({ phase }) => phase === 'Error');
  assert.equal(errors.length, Object.keys(outcomes).length - pipelinesFault.length);
});

test('every outcome says something else', () => {
  const meanings = Object.values(outcomes).map(({ meaning }) => meaning);
  assert.equal(new Set(meanings).size, meanings.length);
});
