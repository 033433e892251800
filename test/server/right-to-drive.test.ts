import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus } from '@grpc/grpc-js';
import { readStatusDetails } from '../../src/contract/status-details.js';
import { leaseNotHeld } from '../../src/server/drive-failure.js';
import { type DriveRight, rightLost } from '../../src/server/drive-right.js';
import type { DriveContext, EngineAnswer } from '../../src/server/engine.js';
import { createMemoryLedger } from '../../src/server/ledger/memory-ledger.js';
import type { RequestLedger } from '../../src/server/ledger/request-ledger.js';
import { startDriverServer } from '../../src/server/start-driver-server.js';
import { callDriver, createTestClient, failureOf } from '../support/call-driver.js';
import { collectLog } from '../support/collect-log.js';
import { aRequest } from '../support/start-server.js';

type Drive = (context: DriveContext) => Promise<EngineAnswer>;

/** A server whose right to drive a test gives and takes, and what it does with it. */
async function startServer(t: TestContext, drive: Drive, wrap = (ledger: RequestLedger) => ledger) {
  const logger = collectLog();
  const world = { mayDrive: true, drives: 0, steps: [] as string[], endAll: async () => {} };
  const right: DriveRight = {
    refusal: () => (world.mayDrive ? undefined : leaseNotHeld('another one drives', 25)),
    fault: () => undefined,
    onChange: () => {},
    onLost: (endAll) => {
      world.endAll = endAll;
    },
    resign: () => void world.steps.push('resign'),
    release: async () => {
      world.steps.push('release');
      world.mayDrive = false;
    },
  };
  const server = await startDriverServer({
    engine: {
      name: 'test',
      drive: async (_request, context) => {
        world.drives += 1;
        return drive(context);
      },
      close: async () => {},
    },
    ledger: wrap(createMemoryLedger(logger)),
    logger,
    right,
    host: '127.0.0.1',
    port: 0,
    repeatGraceMs: 500,
  });
  const client = createTestClient(server.address);
  t.after(async () => {
    client.close();
    await server.drain(0);
  });
  const lose = () => {
    world.mayDrive = false;
    return world.endAll();
  };
  return {
    world,
    lose,
    server,
    call: (id = 'request-1') => callDriver(client, aRequest({ request_id: id })),
  };
}

const answer: EngineAnswer = { response: { execution_id: '7' } };

async function reasonOf(call: Promise<unknown>) {
  const { code, metadata } = await failureOf(call);
  return [code, readStatusDetails(metadata).errorInfo?.reason];
}

const notHeld = [grpcStatus.UNAVAILABLE, 'LEASE_NOT_HELD'];
const lost = [grpcStatus.ABORTED, 'LEASE_LOST'];

test('a server that may not drive asks neither its ledger nor its engine', async (t) => {
  const asked: string[] = [];
  const { world, call } = await startServer(
    t,
    async () => answer,
    (ledger) => ({
      ...ledger,
      claim: (request) => {
        asked.push('claim');
        return ledger.claim(request);
      },
      lookUp: (request) => {
        asked.push('lookUp');
        return ledger.lookUp(request);
      },
    }),
  );
  world.mayDrive = false;
  assert.deepEqual(await reasonOf(call()), notHeld);
  assert.deepEqual([asked, world.drives], [[], 0]);
  world.mayDrive = true;
  assert.equal((await call()).execution_id, '7');
});

test('a right that goes while the ledger is asked is noticed before anything is driven', async (t) => {
  const { world, call } = await startServer(
    t,
    async () => answer,
    (ledger) => ({
      ...ledger,
      claim: (request) => {
        world.mayDrive = false;
        return ledger.claim(request);
      },
    }),
  );
  assert.deepEqual(await reasonOf(call()), notHeld);
  assert.equal(world.drives, 0);
});

test('what runs when the right is lost is told to end at once, and its server waits for that', async (t) => {
  let begun = () => {};
  const running = new Promise<void>((resolve) => (begun = resolve));
  let reason: unknown;
  const { lose, call, world } = await startServer(t, ({ signal }) => {
    begun();
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
        setTimeout(reject, 100, leaseNotHeld('it had not begun', 1_000));
      });
    });
  });
  const called = reasonOf(call());
  await running;
  await lose();
  assert.equal(reason, rightLost);
  assert.deepEqual(await called, notHeld);
  // The next term has a signal of its own.
  world.mayDrive = true;
  const again = call();
  again.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(world.drives, 2);
});

test('a driver that ends well after the right is lost has no answer: whoever drives now gives it', async (t) => {
  const { call, world } = await startServer(t, async () => {
    world.mayDrive = false;
    return answer;
  });
  assert.deepEqual(await reasonOf(call()), lost);
});

test('a server that drains gives the right back when nothing runs, and answers then what it knows, and no more', async (t) => {
  const { call, server, world } = await startServer(t, async () => answer);
  await call();
  const drained = server.drain(10_000);
  assert.equal((await call()).execution_id, '7');
  assert.deepEqual(await reasonOf(call('another')), notHeld);
  await drained;
  assert.deepEqual([world.steps.slice(0, 2), world.drives], [['resign', 'release'], 1]);
});

test("a look-up that fails after the right was given back is no verdict on another server's task", async (t) => {
  const { call, server } = await startServer(
    t,
    async () => answer,
    (ledger) => ({ ...ledger, lookUp: () => Promise.reject(new Error('it is being driven elsewhere')) }),
  );
  await call();
  const drained = server.drain(10_000);
  assert.deepEqual(await reasonOf(call()), notHeld);
  await drained;
});
