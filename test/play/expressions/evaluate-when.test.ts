import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluateWhen } from '../../../src/play/expressions/evaluate-when.js';

describe('A when expression', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['true', true],
    ['nil != false', true],
    ['false != false', false],
    ['true != true', false],
    ['heads == heads', true],
    ['"two words" == "two words"', true],
    [`'single' == "single"`, true],
    ['"true" == true', false],
    ['1 == 1.0', true],
    ['1 == "1"', false],
    ['10 > 9', true],
    ['"10" > "9"', false],
    ['2 <= 2 && 3 >= 4', false],
    ['1 == 2 || a == a', true],
    ['true || 1 > nonsense', true],
    ['!(a == b)', true],
    ['-1 < 0', true],
    ['1 + 2 * 3 == 7', true],
    ['abc =~ "^a"', true],
    ['abc !~ "^a"', false],
    ['b in (a, b)', true],
    ['c in ("a", "b")', false],
    ['[a-b] == "a-b"', true],
    ['0x10 == 16', true],
  ];
  for (const [when, expected] of cases) {
    it(`is ${expected}: ${JSON.stringify(when)}`, () => {
      assert.equal(evaluateWhen(when), expected);
    });
  }

  const faults: readonly (readonly [string, string])[] = [
    [
      ' != false',
      `Invalid 'when' expression ' != false': Cannot transition token types from UNKNOWN [<nil>] to COMPARATOR [!=]`,
    ],
    ['a ==', `Invalid 'when' expression 'a ==': Unexpected end of expression`],
    [
      'a b',
      `Invalid 'when' expression 'a b': Cannot transition token types from VARIABLE [a] to VARIABLE [b]`,
    ],
    [
      '{{x}} == 1',
      `Invalid 'when' expression '{{x}} == 1': Invalid token: '{{' (hint: try wrapping the affected expression in quotes ("))`,
    ],
    ['"open', `Invalid 'when' expression '"open': Unclosed string literal`],
    ['(a == a', `Invalid 'when' expression '(a == a': Unbalanced parenthesis`],
    ['heads', `Expected boolean evaluation for 'heads'. Got heads`],
    [
      'a-b == c',
      `Failed to evaluate 'when' expresion 'a-b == c': Value 'a' cannot be used with the numeric modifier '-', it is not a number`,
    ],
  ];
  for (const [when, message] of faults) {
    it(`is refused as Argo refuses it: ${JSON.stringify(when)}`, () => {
      assert.throws(() => evaluateWhen(when), { message });
    });
  }
});
