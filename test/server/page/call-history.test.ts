import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import { createCallHistory } from '../../../src/server/page/call-history.js';
import { containerRequest } from '../program-engine/fixtures.js';

const answered = { result: { kind: 'answered', response: Buffer.alloc(0) } } as const;
const begun = (request_id: string, more = {}) => ({
  request: containerRequest({ request_id, ...more }),
  metadata: new Metadata(),
  bytesIn: 100,
  peer: '127.0.0.1:1',
  beganMs: performance.now(),
});

test('as many calls are remembered as the limit says, and no more bytes', () => {
  const byCalls = createCallHistory({ maxCalls: 10, maxBytes: 1 << 30 });
  const byBytes = createCallHistory({ maxCalls: 1_000, maxBytes: 10_000 });
  for (let index = 0; index < 100; index += 1) {
    byCalls.followCall(begun(`request-${index}`)).ended(answered);
    byBytes.followCall(begun(`request-${index}`, { task_name: 'a'.repeat(200) })).ended(answered);
  }
  assert.deepEqual([byCalls.calls().length, byCalls.forgotten()], [10, 90]);
  assert.deepEqual([byBytes.calls().length, byBytes.forgotten()], [6, 94]);
  assert.equal(byBytes.calls().at(-1)?.requestId, 'request-99');
});

test('a call larger than all room is forgotten at once, and the next one is not', () => {
  const history = createCallHistory({ maxCalls: 10, maxBytes: 1_200 });
  history.followCall(begun('large', { task_name: 'a'.repeat(200) })).ended(answered);
  assert.equal(history.calls().length, 0);
  history.followCall(begun('a', { workflow: { name: 'a', namespace: 'b', uid: 'c' } })).ended(answered);
  assert.equal(history.calls().length, 1);
});

test('names are cut at 200, the rest of a request is not kept, and half a character is none', () => {
  const history = createCallHistory();
  const name = `${'a'.repeat(196)}\u{1F600}${'b'.repeat(1_000)}`;
  history.followCall(begun('c'.repeat(100_000), { workflow: { name, namespace: name, uid: name } }));
  const [call] = history.calls();
  assert.equal(call?.requestId, `${'c'.repeat(197)}...`);
  assert.equal(call?.workflow, `${'a'.repeat(196)}\ufffd...`);
  assert.ok(JSON.stringify(call).length < 2_000);
});

test('stages stand in wall-clock time between the beginning of their call and its end', () => {
  const history = createCallHistory();
  const before = Date.now();
  const observer = history.followCall(begun('a'));
  const beganMs = performance.now();
  observer.stage({ name: 'queue', beganMs, endedMs: performance.now(), failure: undefined, facts: {} });
  observer.ended(answered);
  const [call] = history.calls();
  const [stage] = call?.stages ?? [];
  const times = [
    before - 10,
    call?.beganMs,
    stage?.beganMs,
    stage?.endedMs,
    call?.end?.endedMs,
    Date.now() + 10,
  ];
  assert.deepEqual(
    times,
    [...times].sort((one, other) => Number(one) - Number(other)),
  );
});
