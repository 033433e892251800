import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundedLine, boundedText, longestFieldText, toTextLine } from '../../src/common/log-line.js';

const line = (facts: object) => ({ level: 'info', message: 'drove', timestamp: 'T', ...facts });

test('a text of a line is cut to 1,024 characters, and numbers stay', () => {
  const { reason, ms } = boundedLine(line({ reason: 'x'.repeat(5_000), ms: 7 })) as Record<string, unknown>;
  assert.equal(String(reason).length, longestFieldText);
  assert.match(String(reason), /^x+\.\.\.$/);
  assert.equal(ms, 7);
});

test('a line with a long text is cut as it is written, and a short one stands as it is', () => {
  const lengthOf = (units: number) => {
    const written = boundedText(line({ reason: 'x'.repeat(units) }), (cut) => JSON.stringify(cut));
    return JSON.parse(written)['reason'].length;
  };
  assert.deepEqual([20, 1_000, 1_024, 1_025, 5_000].map(lengthOf), [20, 1_000, 1_024, 1_024, 1_024]);
});

test('a line that is cut keeps its level, its message and its time, which stand behind the facts', () => {
  const x = 'x'.repeat(2_000);
  const facts = { reason: x, text: x, outage: x, errorStack: x, program: x };
  const own = { level: 'error', message: 'm', timestamp: '2026-11-28T00:00:00.000Z' };
  const { level, message, timestamp, program } = JSON.parse(
    boundedText({ ...facts, ...own }, (cut) => JSON.stringify(cut)),
  );
  assert.deepEqual({ level, message, timestamp }, own);
  assert.ok(program.length < 1_000);
});

test('a line is no longer than 32 KiB, whatever stands in however many fields', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,12}$/), hostileText(), { maxKeys: 60 }),
      (facts) => {
        const bounded = boundedLine({ ...line(facts), level: 'info' });
        assert.ok(Buffer.byteLength(JSON.stringify(bounded)) < 32_768);
        assert.ok(Buffer.byteLength(toTextLine(bounded)) < 32_768);
      },
    ),
  );
});

test('as text a line is for people, and one line whatever stands in it', () => {
  const facts = { task: 'train', reason: 'a "b"\nc', address: 'http://[::]:9090', signal: undefined };
  assert.equal(
    toTextLine(line(facts)),
    'T INFO  drove task=train reason="a \\"b\\"\\nc" address=http://[::]:9090',
  );
  fc.assert(
    fc.property(hostileText(), hostileText(), (message, reason) => {
      const text = toTextLine({ ...line({ reason }), level: 'warn', message });
      assert.doesNotMatch(text, /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

/** Long ones too, of what a terminal or a parser may take for more than text. */
function hostileText() {
  const unit = fc.constantFrom(
    '\n',
    '\r',
    '\u001b[2J',
    '"',
    '\\',
    '\u202e',
    '\u2028',
    '\u0085',
    'é',
    '\ud800',
    'a=b ',
  );
  return fc.oneof(
    fc.string({ unit, maxLength: 50 }),
    unit.map((one) => one.repeat(20_000)),
  );
}
