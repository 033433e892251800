import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { createMemoryLedger } from '../../../src/server/ledger/memory-ledger.js';
import { createSingleFlight, maxRepeatBytes } from '../../../src/server/ledger/single-flight.js';
import { collectLog } from '../../support/collect-log.js';
import { createGate } from '../../support/start-server.js';

const context = { deadlineMs: Number.POSITIVE_INFINITY, requestBytes: 0 };
const aRequest = (request_id: string, node_name: string, task_name = 'train'): ExecuteRequest__Output => ({
  request_id,
  workflow: { name: 'w', namespace: 'ns', uid: 'uid' },
  task_name,
  node_name,
});

/** Single flight over a ledger that knows tasks: its name is the key, its node the attempt. */
function startFlights() {
  const logger = collectLog();
  const memory = createMemoryLedger(logger);
  const gate = createGate();
  const driven: (string | undefined)[] = [];
  const { executeOnce, idle } = createSingleFlight({
    engine: {
      name: 'test',
      drive: async ({ request_id }) => {
        driven.push(request_id);
        await gate.opened;
        if (request_id === 'bad') {
          throw new Error('no');
        }
        return { response: {} };
      },
      close: async () => {},
    },
    ledger: {
      ...memory,
      taskOf: ({ task_name = '', node_name = '' }) => ({
        key: task_name,
        attempt: node_name,
        findsOrphans: false,
      }),
    },
    serialize: () => Buffer.from('answer'),
    logger,
    signal: () => new AbortController().signal,
  });
  return { executeOnce, idle, driven, gate };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test('requests of one attempt join, whatever their request_ids', async () => {
  const { executeOnce, driven, gate } = startFlights();
  const calls = ['a', 'b'].map((id) => executeOnce(aRequest(id, 'n'), context));
  gate.open();
  const repeats = (await Promise.all(calls)).map(({ repeat }) => repeat);
  assert.deepEqual([repeats, driven], [[undefined, 'joined'], ['a']]);
});

test('requests of other attempts at a task wait for their turn, in their order, and hold no turn of others', async () => {
  const { executeOnce, driven, gate } = startFlights();
  const claimed: string[] = [];
  const calls = ['a', 'b', 'c'].map((id) =>
    executeOnce(aRequest(id, `node-${id}`), { ...context, onClaimed: () => claimed.push(id) }),
  );
  await settled();
  assert.deepEqual(driven, ['a']);
  assert.deepEqual([...new Set(claimed)].sort(), ['a', 'b', 'c']);
  gate.open();
  await Promise.all(calls);
  assert.deepEqual(driven, ['a', 'b', 'c']);
});

test('a request joins the attempt that waits for its turn as well', async () => {
  const { executeOnce, driven, gate } = startFlights();
  const calls = [
    executeOnce(aRequest('a', 'node-1'), context),
    executeOnce(aRequest('b', 'node-2'), context),
    executeOnce(aRequest('c', 'node-2'), context),
    executeOnce(aRequest('d', 'node-1'), context),
  ];
  gate.open();
  await Promise.all(calls);
  assert.deepEqual(driven, ['a', 'b']);
});

test('other tasks do not wait', async () => {
  const { executeOnce, driven, gate, idle } = startFlights();
  const calls = ['a', 'b'].map((id) => executeOnce(aRequest(id, 'n', `task-${id}`), context));
  await settled();
  assert.deepEqual(driven, ['a', 'b']);
  gate.open();
  await Promise.all([...calls, idle()]);
});

test('an attempt that fails lets the next one have its turn', async () => {
  const { executeOnce, driven, gate } = startFlights();
  const calls = [
    executeOnce(aRequest('bad', 'node-1'), context),
    executeOnce(aRequest('b', 'node-2'), context),
  ];
  gate.open();
  const kinds = (await Promise.all(calls)).map(({ result }) => result.kind);
  assert.deepEqual(
    [kinds, driven],
    [
      ['failed', 'answered'],
      ['bad', 'b'],
    ],
  );
});

test('an attempt that would wait with too many bytes is refused and not driven; once there is room it is', async () => {
  const { executeOnce, driven, gate } = startFlights();
  const large = { ...context, requestBytes: 1 + maxRepeatBytes / 2 };
  const first = executeOnce(aRequest('a', 'n1'), large);
  const second = executeOnce(aRequest('b', 'n2'), large);

  const refusal = await executeOnce(aRequest('c', 'n3'), large).catch((thrown) => thrown);

  assert.deepEqual(
    [refusal.status, refusal.details.errorInfo.reason, refusal.details.retryDelayMs],
    ['RESOURCE_EXHAUSTED', 'QUEUE_FULL', 5_000],
  );
  gate.open();
  await Promise.all([first, second]);
  assert.deepEqual(driven, ['a', 'b']);
  await executeOnce(aRequest('c', 'n3'), large);
  assert.deepEqual(driven, ['a', 'b', 'c']);
});

test('a repeat whose call has ended makes room for the next one, although its driver still runs', async () => {
  const { executeOnce, driven, gate } = startFlights();
  const large = { ...context, requestBytes: 1 + maxRepeatBytes / 2 };
  let end = () => {};
  const first = executeOnce(aRequest('a', 'n'), large);
  const gone = executeOnce(aRequest('a', 'n'), {
    ...large,
    onEnd: (callback) => {
      end = callback;
    },
  });
  await assert.rejects(executeOnce(aRequest('a', 'n'), large), { status: 'UNAVAILABLE' });

  end();

  const next = executeOnce(aRequest('a', 'n'), large);
  gate.open();
  const repeats = (await Promise.all([first, gone, next])).map(({ repeat }) => repeat);
  assert.deepEqual([repeats, driven], [[undefined, 'joined', 'joined'], ['a']]);
});
