import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import { createExecuteHandler, type ExecuteHandler } from '../../../src/server/grpc/driver-service.js';
import { type ReceivedRequest, receiveRequest } from '../../../src/server/grpc/received-request.js';
import { collectLog } from '../../support/collect-log.js';
import { serialize } from '../../support/raw-calls.js';
import { aRequest } from '../../support/start-server.js';

/** Counts the rounds of the event loop. */
function countRounds(t: TestContext): () => number {
  let rounds = 0;
  const count = () => {
    rounds += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  t.after(() => clearImmediate(next));
  return () => rounds;
}

interface Step {
  readonly what: string;
  readonly round: number;
}

/** Sends requests of so many bytes at one instant; resolves with what was done for them, and in which round. */
async function stepsFor(t: TestContext, sizes: readonly number[]): Promise<readonly Step[]> {
  const round = countRounds(t);
  const steps: Step[] = [];
  const note = (what: string) => steps.push({ what, round: round() });
  const handle = createExecuteHandler({
    check: ({ request_id }) => note(`check ${request_id}`),
    executeOnce: async () => ({ result: { kind: 'answered', response: Buffer.alloc(0) } }),
    logger: collectLog(),
  });
  await Promise.all(
    sizes.map((size, index) => {
      const id = String(index);
      const received = receiveRequest(serialize(aRequest({ request_id: id, component: 'x'.repeat(size) })));
      const noted: ReceivedRequest = {
        ...received,
        decode: () => {
          note(`decode ${id}`);
          received.decode();
        },
      };
      return answered(handle, noted);
    }),
  );
  return steps;
}

function answered(handle: ExecuteHandler, request: ReceivedRequest): Promise<unknown> {
  const call = { request, getDeadline: () => Number.POSITIVE_INFINITY, cancelled: false };
  return new Promise((resolve) =>
    handle(call as ServerUnaryCall<ReceivedRequest, Buffer>, (error, response) => resolve(error ?? response)),
  );
}

test('a large request is decoded and checked in two rounds of the event loop, no other one meanwhile', async (t) => {
  const steps = await stepsFor(t, [4_000_000, 4_000_000, 10]);
  assert.deepEqual(
    steps.map(({ what }) => what),
    ['decode 0', 'check 0', 'decode 1', 'check 1', 'check 2'],
  );
  const rounds = steps.map(({ round }) => round);
  assert.equal(new Set(rounds).size, rounds.length, `each step has a round of its own: ${rounds}`);
});

test('small requests are decoded and checked in one round each', async (t) => {
  const steps = await stepsFor(t, [10, 10, 10]);
  assert.deepEqual(
    steps.map(({ what }) => what),
    ['check 0', 'check 1', 'check 2'],
  );
  assert.equal(new Set(steps.map(({ round }) => round)).size, 3);
});
