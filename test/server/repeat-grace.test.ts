import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { readStatusDetails } from '../../src/contract/status-details.js';
import { createMemoryLedger } from '../../src/server/ledger/memory-ledger.js';
import { startDriverServer } from '../../src/server/start-driver-server.js';
import { delay } from '../support/agent.js';
import { callDriver, createTestClient } from '../support/call-driver.js';
import { collectLog } from '../support/collect-log.js';
import { aRequest } from '../support/start-server.js';

async function startServer(t: TestContext, repeatGraceMs: number) {
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
    repeatGraceMs,
  });
  const client = createTestClient(server.address);
  t.after(() => client.close());
  return { server, client, drives: () => drives };
}

test('a server that ends stays for repeats of what it drove, drives nothing new, and then ends', async (t) => {
  const { server, client, drives } = await startServer(t, 700);
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
  assert.equal(drives(), 1);
  await assert.rejects(callDriver(client, aRequest()), { code: grpcStatus.UNAVAILABLE });
});

test('a server that ends stays as long as repeats keep coming within its grace', async (t) => {
  const { server, client, drives } = await startServer(t, 1_500);
  await callDriver(client, aRequest());

  let hasEnded = false;
  const ended = server.drain(60_000).then(() => {
    hasEnded = true;
  });
  for (let count = 0; count < 6; count += 1) {
    await delay(400);
    const { execution_id } = await callDriver(client, aRequest());
    assert.equal(execution_id, '7');
  }

  assert.equal(hasEnded, false);
  await ended;
  assert.equal(drives(), 1);
});
