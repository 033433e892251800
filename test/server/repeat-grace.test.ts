import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { readStatusDetails } from '../../src/contract/status-details.js';
import { createMemoryLedger } from '../../src/server/ledger/memory-ledger.js';
import { startDriverServer } from '../../src/server/start-driver-server.js';
import { callDriver, createTestClient } from '../support/call-driver.js';
import { collectLog } from '../support/collect-log.js';
import { aRequest } from '../support/start-server.js';

test('a server that ends stays for repeats of what it drove, drives nothing new, and then ends', async (t) => {
  const logger = collectLog();
  let drives = 0;
  const server = await startDriverServer({
    engine: {
      name: 'test',
      drive: async () => {
        drives += 1;
        return { response: { execution_id: '7' } };
      },
      close: async () => {},
    },
    ledger: createMemoryLedger(logger),
    logger,
    host: '127.0.0.1',
    port: 0,
    repeatGraceMs: 700,
  });
  const client = createTestClient(server.address);
  t.after(() => client.close());
  await callDriver(client, aRequest());

  const ended = server.drain(10_000);
  const again = await callDriver(client, aRequest());
  const refusal: ServiceError = await callDriver(client, aRequest({ request_id: 'new' })).then(
    () => assert.fail('it was driven'),
    (error) => error,
  );
  await ended;

  assert.equal(again.execution_id, '7');
  assert.equal(refusal.code, grpcStatus.UNAVAILABLE);
  assert.equal(readStatusDetails(refusal.metadata).retryDelayMs, 1_000);
  assert.equal(drives, 1);
  await assert.rejects(callDriver(client, aRequest()), { code: grpcStatus.UNAVAILABLE });
});
