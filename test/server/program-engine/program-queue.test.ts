import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import {
  createProgramQueue,
  type QueuedCall,
  type QueueLimits,
} from '../../../src/server/program-engine/program-queue.js';
import { statusErrorOf } from './fixtures.js';

function callOf(workflowUid: string, more: Partial<QueuedCall> = {}): QueuedCall {
  return {
    workflowUid,
    bytes: 100,
    deadlineMs: Number.POSITIVE_INFINITY,
    joined: () => false,
    signal: new AbortController().signal,
    ...more,
  };
}

/** A queue whose jobs end when the test says so, and the order in which they began. */
function startQueue(limits: Partial<QueueLimits> = {}) {
  const queue = createProgramQueue({ programs: 1, calls: 100, bytes: 10_000, ...limits });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const add = (name: string, call: QueuedCall) =>
    queue.run(call, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.push(() => resolve(name)));
    });
  const endNext = async () => {
    ends.shift()?.();
    await turn();
  };
  return { queue, begun, add, endNext };
}

test('at most MAX_PROGRAMS run, the others wait', async () => {
  const { queue, begun, add, endNext } = startQueue({ programs: 2 });
  const all = ['a', 'b', 'c'].map((name) => add(name, callOf('w')));
  assert.deepEqual([begun.join(), queue.running(), queue.waiting()], ['a,b', 2, 1]);
  await endNext();
  assert.deepEqual([begun.join(), queue.running(), queue.waiting()], ['a,b,c', 2, 0]);
  await endNext();
  await endNext();
  assert.deepEqual(
    (await Promise.all(all)).map(({ value }) => value),
    ['a', 'b', 'c'],
  );
  assert.equal(queue.running(), 0);
});

test('workflows take turns, whoever came first with many', async () => {
  const { begun, add, endNext } = startQueue();
  const names = ['big1', 'big2', 'big3', 'big4', 'small1', 'other1', 'small2'];
  const all = names.map((name) => add(name, callOf(name.replace(/\d/, ''))));
  for (const _ of names) {
    await endNext();
  }
  await Promise.all(all);
  assert.deepEqual(begun, ['big1', 'big2', 'small1', 'other1', 'big3', 'small2', 'big4']);
});

test('more calls than MAX_QUEUE are refused with a delay that grows with the queue', async () => {
  const delays: number[] = [];
  for (const calls of [0, 10, 50]) {
    const { add, queue, endNext } = startQueue({ calls });
    const all = Array.from({ length: calls + 1 }, (_, index) => add(`${index}`, callOf('w')));
    const error = await statusErrorOf(add('late', callOf('w')));
    assert.equal(error.status, 'RESOURCE_EXHAUSTED');
    assert.equal(error.details.errorInfo?.metadata['retry'], 'safe');
    assert.equal(error.message, `the driver server is busy: 1 drivers run and ${calls} calls wait`);
    delays.push(error.details.retryDelayMs ?? 0);
    for (const _ of all) {
      await endNext();
    }
    await Promise.all(all);
    assert.equal(queue.waiting(), 0);
  }
  assert.deepEqual(delays, [1_000, 3_500, 13_500]);
});

test('more bytes than MAX_QUEUE_BYTES are refused, until some have left', async () => {
  const { add, endNext } = startQueue({ bytes: 250 });
  const all = ['a', 'b', 'c'].map((name) => add(name, callOf('w')));
  assert.equal((await statusErrorOf(add('d', callOf('w')))).status, 'RESOURCE_EXHAUSTED');
  await endNext();
  all.push(add('d', callOf('w')));
  for (const _ of all) {
    await endNext();
  }
  await Promise.all(all);
});

test('a waiting call leaves the queue before its deadline, while its caller still listens', async () => {
  const { begun, queue, add, endNext } = startQueue();
  const first = add('first', callOf('w'));
  const deadlineMs = Date.now() + 270;
  const error = await statusErrorOf(add('late', callOf('w', { deadlineMs })));
  assert.ok(Date.now() < deadlineMs);
  assert.equal(error.status, 'RESOURCE_EXHAUSTED');
  assert.equal(error.details.errorInfo?.reason, 'LEFT_QUEUE');
  assert.ok((error.details.retryDelayMs ?? 0) > 0);
  assert.equal(queue.waiting(), 0);
  await endNext();
  await first;
  assert.deepEqual(begun, ['first']);
});

test('a waiting call that somebody has joined stays after its deadline', async () => {
  const { queue, add, endNext } = startQueue();
  const first = add('first', callOf('w'));
  const deadlineMs = Date.now() + 260;
  const joined = add('joined', callOf('w', { deadlineMs, joined: () => true }));
  await statusErrorOf(add('alone', callOf('w', { deadlineMs: deadlineMs + 10 })));
  assert.equal(queue.waiting(), 1);
  await endNext();
  await endNext();
  assert.equal((await first).value, 'first');
  assert.equal((await joined).value, 'joined');
});

test('a waiting call ends when the server must end', async () => {
  const { queue, add, endNext } = startQueue();
  const ending = new AbortController();
  const first = add('first', callOf('w'));
  const waiting = statusErrorOf(add('waiting', callOf('w', { signal: ending.signal })));
  ending.abort();
  assert.equal((await waiting).status, 'UNAVAILABLE');
  assert.equal(
    (await statusErrorOf(add('late', callOf('w', { signal: ending.signal })))).status,
    'UNAVAILABLE',
  );
  assert.equal(queue.waiting(), 0);
  await endNext();
  await first;
});

test('a job that fails gives its place to the next', async () => {
  const queue = createProgramQueue({ programs: 1, calls: 1, bytes: 1_000 });
  const failing = queue.run(callOf('w'), async () => {
    throw new Error('no');
  });
  const next = queue.run(callOf('w'), async () => 'next');
  await assert.rejects(failing, /no/);
  assert.equal((await next).value, 'next');
});

/** Fills a queue with calls of workflows, which are named by their first letter; what is refused says so by its name. */
function startFull(names: string[], limits: Partial<QueueLimits> = {}) {
  const { add, begun, endNext, queue } = startQueue({ calls: names.length - 1, ...limits });
  const refused: string[] = [];
  const all: Promise<unknown>[] = [];
  const addNamed = (name: string, bytes = 100) => {
    const call = callOf(name[0] ?? '', { bytes });
    all.push(
      add(name, call).catch((error) => {
        assert.equal(error.details.errorInfo?.reason, 'QUEUE_FULL');
        assert.ok(error.details.retryDelayMs >= 1_000);
        refused.push(name);
      }),
    );
  };
  for (const name of names) {
    addNamed(name);
  }
  const endAll = async () => {
    while (queue.running() > 0) {
      await endNext();
    }
    await Promise.all(all);
  };
  return { addNamed, refused, begun, queue, endAll };
}

test('a full queue takes the first call of a small workflow, and the last call of the largest one leaves', async () => {
  const { addNamed, refused, begun, endAll } = startFull(['a1', 'a2', 'a3', 'a4', 'b1', 'b2']);
  addNamed('c1');
  await turn();
  assert.deepEqual(refused, ['a4']);
  await endAll();
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

test('a full queue refuses the newcomer whose workflow would have as many as any other', async () => {
  const { addNamed, refused, endAll } = startFull(['a1', 'a2', 'a3', 'b1', 'b2']);
  for (const name of ['a9', 'b9', 'c1', 'c2']) {
    addNamed(name);
    await turn();
  }
  assert.deepEqual(refused, ['a9', 'b9', 'a3', 'c2']);
  await endAll();
});

test('nobody is pushed out by a call that would not fit even then', async () => {
  const { addNamed, refused, queue, endAll } = startFull(['a1', 'a2', 'a3', 'a4'], { calls: 10, bytes: 300 });
  addNamed('b1', 301);
  await turn();
  assert.deepEqual([refused, queue.waiting()], [['b1'], 3]);
  await endAll();
});

test('room is made by bytes too: of the line that holds the most', async () => {
  const { addNamed, refused, endAll } = startFull(['x0'], { calls: 10, bytes: 1_000 });
  addNamed('a1', 400);
  addNamed('a2', 400);
  addNamed('b1', 100);
  addNamed('b2', 100);
  addNamed('c1', 150);
  await turn();
  assert.deepEqual(refused, ['a2']);
  await endAll();
});
