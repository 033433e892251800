/**
 * The tokens of a `when` expression, read as govaluate reads them (bare words are text in Argo).
 * https://github.com/Knetic/govaluate/blob/v3.0.0/parsing.go
 */
export type WhenToken =
  | { readonly kind: 'NUMERIC'; readonly value: number }
  | { readonly kind: 'BOOLEAN'; readonly value: boolean }
  | { readonly kind: 'STRING' | 'VARIABLE'; readonly value: string }
  | { readonly kind: 'PREFIX' | 'MODIFIER' | 'COMPARATOR' | 'LOGICALOP'; readonly value: string }
  | { readonly kind: 'CLAUSE' | 'CLAUSE_CLOSE' | 'SEPARATOR'; readonly value: string };

type Kind = WhenToken['kind'] | 'UNKNOWN';

const operands: readonly Kind[] = ['NUMERIC', 'BOOLEAN', 'STRING', 'VARIABLE'];
const afterOperand: readonly Kind[] = ['MODIFIER', 'COMPARATOR', 'LOGICALOP', 'CLAUSE_CLOSE', 'SEPARATOR'];
const afterOperator: readonly Kind[] = [...operands, 'PREFIX', 'CLAUSE'];

const mayFollow: Readonly<Record<Kind, readonly Kind[]>> = {
  UNKNOWN: afterOperator,
  NUMERIC: afterOperand,
  BOOLEAN: afterOperand,
  STRING: afterOperand,
  VARIABLE: afterOperand,
  CLAUSE_CLOSE: [...afterOperand, ...operands],
  CLAUSE: [...afterOperator, 'CLAUSE_CLOSE'],
  PREFIX: [...operands, 'CLAUSE'],
  MODIFIER: afterOperator,
  COMPARATOR: afterOperator,
  LOGICALOP: afterOperator,
  SEPARATOR: afterOperator,
};

const comparators = new Set(['==', '!=', '>', '>=', '<', '<=', '=~', '!~']);
const modifiers = new Set(['+', '-', '*', '/', '%']);
const logicalOperators = new Set(['&&', '||']);
const prefixes = new Set(['-', '!']);

/** Throws an Error with govaluate's text for what cannot be read. */
export function readWhenTokens(when: string): WhenToken[] {
  const tokens: WhenToken[] = [];
  let previous: WhenToken | undefined;
  let rest = when.trimStart();
  while (rest !== '') {
    const [token, length] = readToken(rest, previous?.kind ?? 'UNKNOWN');
    tokens.push(token);
    previous = token;
    rest = rest.slice(length).trimStart();
  }
  checkOrder(tokens);
  return tokens;
}

function readToken(rest: string, previous: Kind): readonly [WhenToken, number] {
  const hex = /^0x[0-9a-fA-F]+/.exec(rest)?.[0];
  if (hex !== undefined) {
    return [{ kind: 'NUMERIC', value: Number(hex) }, hex.length];
  }
  const number = /^[\d.]+/.exec(rest)?.[0];
  if (number !== undefined) {
    if (number.split('.').length > 2 || number === '.') {
      throw new Error(`Unable to parse numeric value '${number}' to float64\n`);
    }
    return [{ kind: 'NUMERIC', value: Number(number) }, number.length];
  }
  const word = /^\p{L}[\p{L}\p{Nd}_.]*/u.exec(rest)?.[0];
  if (word !== undefined) {
    return [wordToken(word), word.length];
  }
  if (rest.startsWith('[')) {
    return delimited(rest, /\]/, 'VARIABLE', 'Unclosed parameter bracket');
  }
  if (/^["']/.test(rest)) {
    return delimited(rest, /["']/, 'STRING', 'Unclosed string literal');
  }
  return symbolToken(rest, previous);
}

function wordToken(word: string): WhenToken {
  if (word === 'true' || word === 'false') {
    return { kind: 'BOOLEAN', value: word === 'true' };
  }
  if (word === 'in' || word === 'IN') {
    return { kind: 'COMPARATOR', value: 'in' };
  }
  return { kind: 'VARIABLE', value: word };
}

function delimited(rest: string, end: RegExp, kind: 'VARIABLE' | 'STRING', unclosed: string) {
  let value = '';
  for (let position = 1; position < rest.length; position += 1) {
    const character = rest.charAt(position);
    if (character === '\\') {
      position += 1;
      value += rest.charAt(position);
    } else if (end.test(character)) {
      return [{ kind, value }, position + 1] as const;
    } else {
      value += character;
    }
  }
  throw new Error(unclosed);
}

function symbolToken(rest: string, previous: Kind): readonly [WhenToken, number] {
  const single: Readonly<Record<string, Kind>> = { '(': 'CLAUSE', ')': 'CLAUSE_CLOSE', ',': 'SEPARATOR' };
  const first = rest.charAt(0);
  const bracket = single[first];
  if (bracket === 'CLAUSE' || bracket === 'CLAUSE_CLOSE' || bracket === 'SEPARATOR') {
    return [{ kind: bracket, value: first }, 1];
  }
  const symbol = /^[^\s\p{Nd}\p{L}()[\]"']+/u.exec(rest)?.[0] ?? first;
  if (mayFollow[previous].includes('PREFIX') && prefixes.has(symbol)) {
    return [{ kind: 'PREFIX', value: symbol }, symbol.length];
  }
  if (modifiers.has(symbol)) {
    return [{ kind: 'MODIFIER', value: symbol }, symbol.length];
  }
  if (logicalOperators.has(symbol)) {
    return [{ kind: 'LOGICALOP', value: symbol }, symbol.length];
  }
  if (comparators.has(symbol)) {
    return [{ kind: 'COMPARATOR', value: symbol }, symbol.length];
  }
  throw new Error(`Invalid token: '${symbol}'`);
}

function checkOrder(tokens: readonly WhenToken[]): void {
  let previous: { kind: Kind; value: unknown } = { kind: 'UNKNOWN', value: '<nil>' };
  for (const token of tokens) {
    if (previous.kind === 'VARIABLE' && token.kind === 'CLAUSE') {
      throw new Error(`Undefined function ${previous.value}`);
    }
    if (!mayFollow[previous.kind].includes(token.kind)) {
      const from = `${previous.kind} [${previous.value}]`;
      throw new Error(`Cannot transition token types from ${from} to ${token.kind} [${token.value}]`);
    }
    previous = token;
  }
  if (!['CLAUSE_CLOSE', ...operands].includes(previous.kind)) {
    throw new Error('Unexpected end of expression');
  }
}
