export type WhenValue = string | number | boolean | WhenValue[];

/** A thunk: govaluate does not evaluate the right side of a decided && or ||, so its faults stay unseen. */
export type Evaluate = () => WhenValue;

export function decide(symbol: string, left: Evaluate, right: Evaluate): boolean {
  const first = asBoolean(left(), `the logical operator '${symbol}'`);
  if (first === (symbol === '||')) {
    return first;
  }
  return asBoolean(right(), `the logical operator '${symbol}'`);
}

export function compare(symbol: string, leftOf: Evaluate, rightOf: Evaluate): boolean {
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

export function calculate(symbol: string, leftOf: Evaluate, rightOf: Evaluate): WhenValue {
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

export function asBoolean(value: WhenValue, use: string): boolean {
  if (typeof value !== 'boolean') {
    throw new Error(`Value '${show(value)}' cannot be used with ${use}, it is not a bool`);
  }
  return value;
}

export function asNumber(value: WhenValue, use: string): number {
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

export function show(value: WhenValue): string {
  return Array.isArray(value) ? `[${value.map(show).join(' ')}]` : String(value);
}
