import { readWhenTokens, type WhenToken } from './when-tokens.js';

type WhenValue = string | number | boolean | WhenValue[];

/** A thunk: govaluate does not evaluate the right side of a decided && or ||, so its faults stay unseen. */
type Evaluate = () => WhenValue;

/**
 * Whether a substituted `when` lets its task run; an empty one does. Throws an Error with Argo's own text.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/steps.go (shouldExecute)
 */
export function evaluateWhen(when: string | undefined): boolean {
  if (when === undefined || when === '') {
    return true;
  }
  const value = evaluate(when, parse(when));
  if (typeof value !== 'boolean') {
    throw new Error(`Expected boolean evaluation for '${when}'. Got ${show(value)}`);
  }
  return value;
}

function parse(when: string): Evaluate {
  try {
    const reader = createReader(readWhenTokens(when));
    const result = parseSeparated(reader);
    if (reader.peek() !== undefined) {
      throw new Error('Unbalanced parenthesis');
    }
    return result;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = reason.includes('Invalid token')
      ? ' (hint: try wrapping the affected expression in quotes ("))'
      : '';
    throw new Error(`Invalid 'when' expression '${when}': ${reason}${hint}`);
  }
}

function evaluate(when: string, expression: Evaluate): WhenValue {
  try {
    return expression();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Failed to evaluate 'when' expresion '${when}': ${reason}`);
  }
}

interface Reader {
  peek(): WhenToken | undefined;
  takeIf(kind: WhenToken['kind'], symbols?: readonly string[]): WhenToken | undefined;
}

function createReader(tokens: readonly WhenToken[]): Reader {
  let position = 0;
  const peek = () => tokens[position];
  return {
    peek,
    takeIf: (kind, symbols) => {
      const token = peek();
      if (token?.kind !== kind || (symbols !== undefined && !symbols.includes(String(token.value)))) {
        return undefined;
      }
      position += 1;
      return token;
    },
  };
}

function parseSeparated(reader: Reader): Evaluate {
  const items = [parseOr(reader)];
  while (reader.takeIf('SEPARATOR') !== undefined) {
    items.push(parseOr(reader));
  }
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : () => items.map((item) => item());
}

type Parse = (reader: Reader) => Evaluate;
type Operator = (symbol: string, left: Evaluate, right: Evaluate) => WhenValue;

function binary(next: Parse, kind: WhenToken['kind'], symbols: readonly string[], operator: Operator): Parse {
  return (reader) => {
    let left = next(reader);
    for (
      let token = reader.takeIf(kind, symbols);
      token !== undefined;
      token = reader.takeIf(kind, symbols)
    ) {
      const symbol = String(token.value);
      const [before, after] = [left, next(reader)];
      left = () => operator(symbol, before, after);
    }
    return left;
  };
}

const parseMultiplied = binary(parsePrefixed, 'MODIFIER', ['*', '/', '%'], calculate);
const parseAdded = binary(parseMultiplied, 'MODIFIER', ['+', '-'], calculate);
const parseCompared = binary(
  parseAdded,
  'COMPARATOR',
  ['==', '!=', '>', '>=', '<', '<=', '=~', '!~', 'in'],
  compare,
);
const parseAnd = binary(parseCompared, 'LOGICALOP', ['&&'], decide);
const parseOr = binary(parseAnd, 'LOGICALOP', ['||'], decide);

function parsePrefixed(reader: Reader): Evaluate {
  const prefix = reader.takeIf('PREFIX');
  if (prefix !== undefined) {
    const operand = parsePrefixed(reader);
    return prefix.value === '!'
      ? () => !asBoolean(operand(), "prefix '!'")
      : () => -asNumber(operand(), "prefix '-'");
  }
  if (reader.takeIf('CLAUSE') !== undefined) {
    const inner = parseSeparated(reader);
    if (reader.takeIf('CLAUSE_CLOSE') === undefined) {
      throw new Error('Unbalanced parenthesis');
    }
    return inner;
  }
  for (const kind of ['NUMERIC', 'BOOLEAN', 'STRING', 'VARIABLE'] as const) {
    const token = reader.takeIf(kind);
    if (token !== undefined) {
      return () => token.value;
    }
  }
  throw new Error('Unexpected end of expression');
}

function decide(symbol: string, left: Evaluate, right: Evaluate): boolean {
  const first = asBoolean(left(), `the logical operator '${symbol}'`);
  if (first === (symbol === '||')) {
    return first;
  }
  return asBoolean(right(), `the logical operator '${symbol}'`);
}

function compare(symbol: string, leftOf: Evaluate, rightOf: Evaluate): boolean {
  const [left, right] = [leftOf(), rightOf()];
  switch (symbol) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '=~':
    case '!~':
      return new RegExp(asText(right, symbol)).test(asText(left, symbol)) === (symbol === '=~');
    case 'in':
      if (!Array.isArray(right)) {
        throw new Error(`Value '${show(right)}' cannot be used with the comparator 'in', it is not an array`);
      }
      return right.includes(left);
    default:
      return isOrdered(symbol, left, right);
  }
}

function isOrdered(symbol: string, left: WhenValue, right: WhenValue): boolean {
  const bothText = typeof left === 'string' && typeof right === 'string';
  const bothNumbers = typeof left === 'number' && typeof right === 'number';
  if (!bothText && !bothNumbers) {
    throw new Error(
      `Value '${show(left)}' cannot be used with the comparator '${symbol}', it is not a number`,
    );
  }
  const orders: Readonly<Record<string, boolean>> = {
    '<': left < right,
    '<=': left <= right,
    '>': left > right,
    '>=': left >= right,
  };
  return orders[symbol] ?? false;
}

function calculate(symbol: string, leftOf: Evaluate, rightOf: Evaluate): WhenValue {
  const [left, right] = [leftOf(), rightOf()];
  if (symbol === '+' && (typeof left === 'string' || typeof right === 'string')) {
    return `${show(left)}${show(right)}`;
  }
  const use = `the numeric modifier '${symbol}'`;
  const [a, b] = [asNumber(left, use), asNumber(right, use)];
  const results: Readonly<Record<string, number>> = {
    '+': a + b,
    '-': a - b,
    '*': a * b,
    '/': a / b,
    '%': a % b,
  };
  return results[symbol] ?? Number.NaN;
}

function asBoolean(value: WhenValue, use: string): boolean {
  if (typeof value !== 'boolean') {
    throw new Error(`Value '${show(value)}' cannot be used with ${use}, it is not a bool`);
  }
  return value;
}

function asNumber(value: WhenValue, use: string): number {
  if (typeof value !== 'number') {
    throw new Error(`Value '${show(value)}' cannot be used with ${use}, it is not a number`);
  }
  return value;
}

function asText(value: WhenValue, symbol: string): string {
  if (typeof value !== 'string') {
    throw new Error(
      `Value '${show(value)}' cannot be used with the comparator '${symbol}', it is not a string`,
    );
  }
  return value;
}

function show(value: WhenValue): string {
  return Array.isArray(value) ? `[${value.map(show).join(' ')}]` : String(value);
}
