import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { notSucceeded, succeeded } from '../../src/argo/reply.js';

/** Every character there is, half ones and control characters too, in texts around the limit. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc
    .array(fc.constantFrom('é', '漢', '🦭', '\ud800', '\u0000', 'a', ' ', '\n', '\ufffd'), {
      maxLength: 1_200,
    })
    .map((parts) => parts.join('')),
);

test('every message is one line of 1 to 1,024 bytes of well-formed UTF-8', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { message } = notSucceeded('Failed', text).node;
      const bytes = Buffer.from(message);
      assert.ok(bytes.length >= 1 && bytes.length <= 1_024, `${bytes.length} bytes`);
      assert.ok(message.isWellFormed());
      assert.equal(bytes.toString(), message);
      assert.doesNotMatch(message, /\p{Cc}/u);
      assert.notEqual(message.trim(), '');
    }),
    { numRuns: 2_000 },
  );
});

const messages = [
  { name: 'a short one stays as it is', text: 'done: "é" 🦭', message: 'done: "é" 🦭' },
  { name: 'lines become one', text: ' a\n\n b\tc ', message: 'a  b c' },
  { name: 'nothing becomes a sentence', text: ' \n ', message: 'no message was given' },
  { name: '1,024 bytes stay', text: 'x'.repeat(1_024), message: 'x'.repeat(1_024) },
  { name: '1,025 bytes are cut', text: 'x'.repeat(1_025), message: `${'x'.repeat(1_021)}...` },
  { name: 'no character is cut in half', text: '漢'.repeat(400), message: `${'漢'.repeat(340)}...` },
  { name: 'half a character becomes a sign for it', text: 'a\ud800', message: 'a\ufffd' },
];
for (const { name, text, message } of messages) {
  test(`of messages, ${name}`, () => {
    assert.equal(succeeded(text, []).node.message, message);
  });
}
