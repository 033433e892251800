import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canary } from '../../scripts/fuzz/mutate/hostile-values.js';
import { startChild } from '../../scripts/fuzz/start-child.js';
import { createWatchedLog } from '../../scripts/fuzz/subjects/watched-log.js';
import { boundsOf, describeRun, judgeMeasure } from '../../scripts/fuzz/tally.js';
import type { CallEnd } from '../../scripts/fuzz/targets/grpc-wire.js';
import { readCallEnd } from '../../scripts/fuzz/targets/read-call-end.js';
import { readTemplateAnswer } from '../../scripts/fuzz/targets/read-template-answer.js';

// A judge that finds nothing would let everything pass.

const json = 'application/json; charset=utf-8';
const answer = (httpStatus: number, value: unknown) =>
  readTemplateAnswer({ httpStatus, text: JSON.stringify(value), contentType: json });

test('answers that Argo’s agent can take are no findings', () => {
  const good: readonly [number, unknown, string, boolean][] = [
    [200, {}, 'not ours', false],
    [200, { node: {}, requeue: '20ms' }, 'not yet', true],
    [200, { node: { phase: 'Pending', message: 'waits' }, requeue: '20ms' }, 'not yet', true],
    [200, { node: { phase: 'Error', message: 'why' } }, 'node Error', true],
    [
      200,
      { node: { phase: 'Failed', message: 'driver-plugin refused template "x"' } },
      'refused template',
      false,
    ],
    [400, { error: 'no JSON' }, 'http 400', false],
  ];
  for (const [httpStatus, value, kind, mayHaveDriven] of good) {
    const read = answer(httpStatus, value);
    assert.deepEqual([read.kind, read.mayHaveDriven, read.faults], [kind, mayHaveDriven, []]);
  }
});

const badAnswers: readonly [what: string, httpStatus: number, value: unknown][] = [
  ['404, which mutes the plugin', 404, { error: 'not here' }],
  ['500', 500, { error: 'the token cannot be read' }],
  ['an internal error', 200, { node: { phase: 'Error', message: 'an internal error' } }],
  ['a refusal of another shape', 400, { message: 'no' }],
  ['a reply with more keys', 200, { node: { phase: 'Failed', message: 'x' }, more: 1 }],
  ['a phase of its own', 200, { node: { phase: 'Done', message: 'x' } }],
  ['Running', 200, { node: { phase: 'Running', message: 'x' }, requeue: '1s' }],
  ['a final phase with requeue', 200, { node: { phase: 'Failed', message: 'x' }, requeue: '1s' }],
  ['Pending without requeue', 200, { node: { phase: 'Pending', message: 'x' } }],
  ['a final node without a message', 200, { node: { phase: 'Failed' } }],
  ['a long message', 200, { node: { phase: 'Failed', message: 'x'.repeat(1_025) } }],
  ['a control character', 200, { node: { phase: 'Failed', message: 'a\nb' } }],
  ['an argument in the message', 200, { node: { phase: 'Failed', message: canary } }],
  ['a stack', 200, { node: { phase: 'Failed', message: 'x  at f (file.js:1:2)' } }],
  [
    'a text of the engine',
    200,
    { node: { phase: 'Failed', message: 'Cannot read properties of undefined' } },
  ],
  ['Failed with outputs', 200, { node: { phase: 'Failed', message: 'x', outputs: { parameters: [] } } }],
  [
    'an output that Argo cannot substitute',
    200,
    { node: { phase: 'Succeeded', message: 'x', outputs: { parameters: [{ name: 'a', value: '\u0001' }] } } },
  ],
];
for (const [what, httpStatus, value] of badAnswers) {
  test(`to Argo’s agent, ${what} is a finding`, () => {
    assert.notDeepEqual(answer(httpStatus, value).faults, []);
  });
}

const end: CallEnd = {
  status: 'OK',
  message: '',
  body: Buffer.alloc(5),
  httpStatus: 200,
  details: '',
  resetCode: 0,
};

test('statuses of the table and of gRPC itself are no findings', () => {
  const refused = { ...end, status: 'INVALID_ARGUMENT', message: 'type is missing', body: Buffer.alloc(0) };
  const ofGrpc = { ...end, status: 'INTERNAL', message: 'Failed to decompress message' };
  assert.deepEqual(readCallEnd(end).faults, []);
  assert.deepEqual([readCallEnd(refused).faults, readCallEnd(refused).mayHaveDriven], [[], false]);
  assert.deepEqual(readCallEnd(ofGrpc).faults, []);
});

const badEnds: readonly [what: string, end: Partial<CallEnd>][] = [
  ['a stream without a status', { status: undefined }],
  ['INTERNAL', { status: 'INTERNAL', message: 'something' }],
  ['UNKNOWN', { status: 'UNKNOWN', message: 'Unknown error' }],
  ['a status without a word', { status: 'INVALID_ARGUMENT' }],
  ['an argument in the message', { status: 'INVALID_ARGUMENT', message: canary }],
  ['an argument in the details', { status: 'INVALID_ARGUMENT', message: 'x', details: canary }],
  ['OK without a message', { body: Buffer.alloc(0) }],
  ['OK with a message that is none', { body: Buffer.from([0, 0, 0, 0, 1, 0x0f]) }],
];
for (const [what, change] of badEnds) {
  test(`of a call, ${what} is a finding`, () => {
    assert.notDeepEqual(readCallEnd({ ...end, ...change }).faults, []);
  });
}

test('a drive for a refusal, too much memory and a long turn are findings, each by itself', () => {
  const good = { drives: 1, faults: [], heapBytes: 1 << 20, rssBytes: 1 << 20, longestTurnMs: 9 };
  const bounds = boundsOf(1);
  assert.deepEqual(judgeMeasure(good, bounds), []);
  for (const change of [
    { drives: 2 },
    { heapBytes: 2 ** 31 },
    { rssBytes: 2 ** 31 },
    { longestTurnMs: 60_000 },
  ]) {
    assert.equal(judgeMeasure({ ...good, ...change }, bounds).length, 1);
  }
});

test('an error in the log, an argument in it and a line without end are findings', () => {
  const { logger, take } = createWatchedLog();
  logger.info('drove', { task: 'a' });
  assert.deepEqual(take(), []);
  logger.error('did not drive', { status: 'INTERNAL' });
  logger.warn('did not drive', { task: canary });
  logger.warn('did not drive', { task: 'x'.repeat(9_000) });
  assert.equal(take().length, 3);
  assert.deepEqual(take(), []);
});

test('a process that ends tells why, and is asked in vain', async () => {
  const child = await startChild('http');
  assert.ok(((await child.measure(true, 10_000))?.heapBytes ?? 0) > 0);
  child.stop();
  assert.equal(await child.measure(false, 10_000), undefined);
});

test('the last line of a run counts inputs, refusals by kind and crashes', () => {
  const tally = { findings: [], mostHeapBytes: 0, mostRssBytes: 0, longestTurnMs: 0, seconds: 1 };
  const line = describeRun([
    { target: 'http', inputs: 5, kinds: { 'node Succeeded': 3, 'http 400': 2 }, crashes: 0, ...tally },
    { target: 'grpc', inputs: 4, kinds: { OK: 1, INVALID_ARGUMENT: 3 }, crashes: 1, ...tally },
  ]);
  assert.equal(
    line,
    'fuzz: 9 inputs, refusals by kind {"grpc: INVALID_ARGUMENT":3,"http: http 400":2}, crashes 1',
  );
});
