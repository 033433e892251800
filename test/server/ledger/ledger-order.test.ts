import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../../src/contract/status-error.js';
import { createMemoryLedger } from '../../../src/server/ledger/memory-ledger.js';
import type { RequestLedger } from '../../../src/server/ledger/request-ledger.js';
import { createSingleFlight } from '../../../src/server/ledger/single-flight.js';
import { collectLog } from '../../support/collect-log.js';
import { createGate } from '../../support/start-server.js';

const context = { deadlineMs: Number.POSITIVE_INFINITY, requestBytes: 0 };
const aRequest = (more: Partial<ExecuteRequest__Output> = {}): ExecuteRequest__Output => ({
  request_id: 'request-1',
  workflow: { name: 'w', namespace: 'ns', uid: 'uid' },
  ...more,
});

/** Single flight over a ledger that takes its time, as one on the network does, and what happened in its order. */
function startFlights(ledger: Partial<RequestLedger> = {}) {
  const events: string[] = [];
  const logger = collectLog();
  const memory = createMemoryLedger(logger);
  const gate = createGate();
  const flights = createSingleFlight({
    engine: {
      name: 'test',
      drive: async () => {
        events.push('drive');
        await gate.opened;
        return { response: {} };
      },
      close: async () => {},
    },
    ledger: {
      claim: async (request) => {
        events.push('claim');
        await new Promise((resolve) => setImmediate(resolve));
        return memory.claim(request);
      },
      finish: async (request, result) => {
        await new Promise((resolve) => setImmediate(resolve));
        await memory.finish(request, result);
        events.push('written');
      },
      lookUp: memory.lookUp,
      ...ledger,
    },
    serialize: () => Buffer.from('answer'),
    logger,
    signal: () => new AbortController().signal,
  });
  return { ...flights, events, gate, lines: logger.lines };
}

test('a request is claimed before its driver runs, and its answer is written before anybody hears it', async () => {
  const { executeOnce, events, gate } = startFlights();
  gate.open();
  await executeOnce(aRequest(), context).then(() => events.push('heard'));
  assert.deepEqual(events, ['claim', 'drive', 'written', 'heard']);
});

test('of calls that come while the first one is being claimed, one drives and all get its answer', async () => {
  const { executeOnce, events, gate } = startFlights();
  gate.open();
  const all = await Promise.all([1, 2, 3].map(() => executeOnce(aRequest(), context)));
  assert.deepEqual(events, ['claim', 'drive', 'written']);
  assert.deepEqual(
    all.map(({ repeat }) => repeat),
    [undefined, 'joined', 'joined'],
  );
});

test('a call that comes while the answer is being written joins it', async () => {
  const memory = createMemoryLedger(collectLog());
  const writing = createGate();
  let begun = () => {};
  const began = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { executeOnce, events, gate } = startFlights({
    finish: async (request, result) => {
      begun();
      await writing.opened;
      await memory.finish(request, result);
    },
  });
  gate.open();
  const first = executeOnce(aRequest(), context);
  await began;
  const second = executeOnce(aRequest(), context);
  writing.open();
  assert.deepEqual([(await first).repeat, (await second).repeat], [undefined, 'joined']);
  assert.deepEqual(events, ['claim', 'drive']);
});

test('a ledger that cannot tell is heard by all who ask, and nothing is driven', async () => {
  const { executeOnce, events } = startFlights({
    claim: async () => {
      throw new StatusError('FAILED_PRECONDITION', 'execution 7 is there without a record');
    },
  });
  const calls = [executeOnce(aRequest(), context), executeOnce(aRequest(), context)];
  for (const result of await Promise.allSettled(calls)) {
    assert.match(String(result.status === 'rejected' && result.reason), /execution 7/);
  }
  assert.deepEqual(events, []);
});

test('an answer that cannot be written is heard all the same, and the log says so', async () => {
  const { executeOnce, gate, lines } = startFlights({
    finish: async () => {
      throw new Error('the store is away');
    },
  });
  gate.open();
  assert.equal((await executeOnce(aRequest(), context)).result.kind, 'answered');
  assert.deepEqual(
    lines.map(({ message }) => message),
    ['the ledger cannot keep an answer'],
  );
});

test('whoever waits for the drive of another call does not hold its own request', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const { executeOnce, gate } = startFlights();
  const first = executeOnce(aRequest(), context);
  const held: WeakRef<object>[] = [];
  const join = () => {
    const request = aRequest();
    held.push(new WeakRef(request));
    return executeOnce(request, context);
  };
  const joined = [join(), join(), join()];
  // A WeakRef keeps what it was made of until the event loop turns.
  await new Promise((resolve) => setTimeout(resolve, 1));
  collectGarbage();
  assert.deepEqual(
    held.map((reference) => reference.deref()),
    [undefined, undefined, undefined],
  );
  gate.open();
  await Promise.all([first, ...joined]);
});
