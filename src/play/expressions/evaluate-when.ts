import { errorText } from '../../common/error-text.js';
import {
  asBoolean,
  asNumber,
  calculate,
  compare,
  decide,
  type Evaluate,
  show,
  type WhenValue,
} from './when-operators.js';
import { readWhenTokens, type WhenToken } from './when-tokens.js';

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
    const reason = errorText(error);
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
    const reason = errorText(error);
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
