import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTraceparent, toTraceparent, traceContextOf } from '../../src/contract/trace-context.js';

test("a Kubernetes uid without its dashes is the workflow's trace id", () => {
  const { traceId } = traceContextOf('0F9E8D7C-6b5a-4c3d-8e2f-1a0b9c8d7e6f', 'request-1');
  assert.equal(traceId, '0f9e8d7c6b5a4c3d8e2f1a0b9c8d7e6f');
});

test('every uid and request_id make a traceparent that W3C takes, the same each time', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (uid, requestId) => {
      const made = traceContextOf(uid, requestId);
      assert.deepEqual(readTraceparent(toTraceparent(made)), made);
      assert.deepEqual(traceContextOf(uid, requestId), made);
    }),
  );
  assert.match(traceContextOf('0'.repeat(32), '').traceId, /[1-9a-f]/);
});

test('attempts of one workflow are spans of their own', () => {
  assert.notEqual(traceContextOf('uid', 'one').spanId, traceContextOf('uid', 'two').spanId);
});

const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const texts: readonly (readonly [text: string, read: object | undefined])[] = [
  [`00-${context.traceId}-${context.spanId}-00`, context],
  [`01-${context.traceId}-${context.spanId}-01-of-the-future`, context],
  [`00-${context.traceId}-${context.spanId}-01-more`, undefined],
  [`ff-${context.traceId}-${context.spanId}-01`, undefined],
  [`00-${'0'.repeat(32)}-${context.spanId}-01`, undefined],
  [`00-${context.traceId}-${'0'.repeat(16)}-01`, undefined],
  [`00-${context.traceId.toUpperCase()}-${context.spanId}-01`, undefined],
  ['', undefined],
];
for (const [text, read] of texts) {
  test(`traceparent "${text}" is ${read === undefined ? 'none' : 'read'}`, () => {
    assert.deepEqual(readTraceparent(text), read);
  });
}
