import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDice } from '../../scripts/chaos/dice.js';
import { makeTarget } from '../../scripts/fuzz/all-targets.js';
import { fromInputFile, targetNames, toInputFile } from '../../scripts/fuzz/fuzz-input.js';
import { diceOf } from '../../scripts/fuzz/input-dice.js';
import { canary } from '../../scripts/fuzz/mutate/hostile-values.js';
import { mutateJson } from '../../scripts/fuzz/mutate/mutate-json.js';
import { mutateMessage } from '../../scripts/fuzz/mutate/mutate-message.js';
import { mutateText } from '../../scripts/fuzz/mutate/mutate-text.js';
import { isJsonObject, type Json } from '../../src/common/json.js';

const numbers = Array.from({ length: 300 }, (_, index) => index);

for (const name of targetNames) {
  test(`${name}: a seed and a number make the same input each time, whatever was made before`, () => {
    const [once, again] = [makeTarget[name](), makeTarget[name]()];
    const all = numbers.map((index) => once.make(diceOf(7, index), index));
    assert.deepEqual(again.make(diceOf(7, 123), 123), all[123]);
    assert.notDeepEqual(again.make(diceOf(8, 123), 123), all[123]);
    assert.ok(new Set(all.map(({ bytes }) => bytes.toString('latin1'))).size > 200);
  });

  test(`${name}: an input read from its file is the input that was written`, () => {
    const target = makeTarget[name]();
    for (const index of numbers) {
      const input = target.make(diceOf(7, index), index);
      const file = JSON.parse(JSON.stringify(toInputFile(name, 'why', input)));
      assert.deepEqual(fromInputFile(file), input);
    }
  });
}

const document = (): Json => ({
  name: 'a',
  list: [1, { name: 'b' }, null],
  spec: `{"fuzz":"${canary}","deep":{"x":[1,2]}}`,
  deep: { deeper: { flag: true, text: 'text', number: 12 } },
});

test('a mutated document is JSON still, mostly another one, and Object.prototype stays as it was', () => {
  const before = JSON.stringify(document());
  const mutated = numbers.map((seed) => JSON.stringify(mutateJson(document(), createDice(seed))));
  assert.deepEqual(
    mutated.map((text) => JSON.stringify(JSON.parse(text))),
    mutated,
  );
  assert.ok(mutated.filter((text) => text !== before).length > 250);
  assert.deepEqual(Object.keys(Object.prototype), []);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('the mutations reach own members named __proto__, lone surrogates, NUL, deep nesting and long texts', () => {
  const texts = Array.from({ length: 3_000 }, (_, seed) =>
    JSON.stringify(mutateJson(document(), createDice(seed))),
  );
  for (const part of [
    '"__proto__":',
    '\\ud800',
    '\\u0000',
    '[[[[[[',
    'x'.repeat(70_000),
    '9223372036854776000',
  ]) {
    assert.ok(
      texts.some((text) => text.includes(part)),
      part.slice(0, 20),
    );
  }
});

test('what may not be shown never moves to a field that may be', () => {
  for (let seed = 0; seed < 3_000; seed += 1) {
    const mutated = mutateJson(document(), createDice(seed));
    const members = isJsonObject(mutated) ? Object.entries(mutated) : [];
    const places = members.filter(([, value]) => JSON.stringify(value).includes(canary)).map(([key]) => key);
    assert.deepEqual(
      places.filter((key) => ['name', 'list', 'deep'].includes(key)),
      [],
    );
  }
});

test('damaged text is often no JSON, and sometimes no UTF-8', () => {
  const text = JSON.stringify(document());
  const damaged = numbers.map((seed) => mutateText(text, createDice(seed)));
  const isBroken = (bytes: Buffer) => {
    try {
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      return false;
    } catch {
      return true;
    }
  };
  assert.ok(damaged.filter(isBroken).length > 100);
  assert.ok(damaged.some((bytes) => !Buffer.from(bytes.toString('utf8')).equals(bytes)));
});

test('a mutated protobuf message is mostly another one', () => {
  // 1: "abc", 3: 2, 26: {1: "a", 2: "b"}
  const message = Buffer.from('0a036162631802d201060a01611201 62'.replace(' ', ''), 'hex');
  const mutated = numbers.map((seed) => mutateMessage(message, createDice(seed)).toString('hex'));
  assert.ok(new Set(mutated).size > 150);
});
