import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, factsOfError } from '../../src/common/logger.js';

const secrets = [
  { name: 'a message', error: new Error('hunter2') },
  { name: 'a message that looks like a frame', error: new Error('x\n    at hunter2 (node:x:1:1)') },
  { name: 'a message that begins like a frame', error: new TypeError('    at hunter2\n    at hunter2') },
  { name: 'a cause', error: new Error('x', { cause: new Error('hunter2') }) },
  { name: 'a message that was changed later', error: changed(new Error('\n    at hunter2'), 'x') },
  { name: 'an error of many', error: new AggregateError([new Error('hunter2')], 'hunter2') },
  { name: 'a text that was thrown', error: 'hunter2' },
  { name: 'an object that was thrown', error: { message: 'hunter2' } },
];
for (const { name, error } of secrets) {
  test(`the facts of an error with a secret in ${name} lack the secret`, () => {
    assert.doesNotMatch(JSON.stringify(factsOfError(error)), /hunter2/);
  });
}

test("the facts of an error say its name, the system's code and where it came from", () => {
  const facts = factsOfError(Object.assign(new RangeError('x'), { code: 'ERR_OUT_OF_RANGE' }));
  assert.equal(facts['error'], 'RangeError');
  assert.equal(facts['errorCode'], 'ERR_OUT_OF_RANGE');
  assert.match(String(facts['errorStack']), /^ {4}at .*logger\.test\.ts:\d+:\d+/);
});

test('the facts of an error without a message still say where it came from', () => {
  assert.match(String(factsOfError(new Error())['errorStack']), /logger\.test\.ts/);
});

test('a line below the level is not made: nobody looks at its facts', () => {
  let looks = 0;
  const facts = {
    get task() {
      looks += 1;
      return 'x';
    },
  };
  const logger = createLogger('warn');
  logger.debug('made in vain', facts);
  logger.info('made in vain', facts);
  assert.equal(looks, 0);
});

/** V8 writes the stack, message included, when it is first asked for. */
function changed(error: Error, message: string): Error {
  assert.notEqual(error.stack, undefined);
  error.message = message;
  return error;
}
