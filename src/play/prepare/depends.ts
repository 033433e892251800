import type { DagTask } from '../../workflow/workflow.js';

/** What `depends` can ask about a finished task, in Argo's words. */
export interface TaskResults {
  readonly Succeeded: boolean;
  readonly Failed: boolean;
  readonly Errored: boolean;
  readonly Skipped: boolean;
  readonly Omitted: boolean;
  readonly Daemoned: boolean;
  readonly AnySucceeded: boolean;
  readonly AllFailed: boolean;
}

/** A task's dependencies: the names it waits for, and the question that its `depends` puts to them. */
export interface Depends {
  readonly names: readonly string[];
  evaluate(resultsOf: (task: string) => TaskResults): boolean;
}

type Question = (resultsOf: (task: string) => TaskResults) => boolean;

const tokenPattern = /\s*(?:(&&|\|\||!|\(|\))|([a-zA-Z0-9][-\w]*)(?:\.([A-Z][a-zA-Z]+))?)/y;

/**
 * Reads a task's `depends`, or its older `dependencies`. A bare name means "Succeeded, Skipped or Daemoned", and
 * what the named task's `continueOn` adds. Throws an Error that names the fault.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/common/ancestry.go
 */
export function parseDepends(task: DagTask, taskNamed: (name: string) => DagTask | undefined): Depends {
  const names = new Set<string>();
  const text = task.depends || (task.dependencies ?? []).join(' && ');
  if (text.trim() === '') {
    return { names: [], evaluate: () => true };
  }
  const tokens = readTokens(text);
  const ask = (name: string, result: string | undefined): Question => {
    const named = taskNamed(name);
    if (named === undefined) {
      throw new Error(`depends on ${name}, which is no task of this DAG`);
    }
    names.add(name);
    return result === undefined ? askBareName(named) : askResult(name, result);
  };
  const evaluate = parseOr(tokens, ask);
  if (tokens.length > 0) {
    throw new Error(`cannot read its depends ${JSON.stringify(text)}`);
  }
  return { names: [...names], evaluate };
}

interface Token {
  readonly symbol: string | undefined;
  readonly name: string | undefined;
  readonly result: string | undefined;
}

function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let position = 0; position < end; ) {
    tokenPattern.lastIndex = position;
    const match = tokenPattern.exec(text);
    if (match === null) {
      throw new Error(`cannot read its depends ${JSON.stringify(text)}`);
    }
    const [all, symbol, name, result] = match;
    tokens.push({ symbol, name, result });
    position += all.length;
  }
  return tokens;
}

type Ask = (name: string, result: string | undefined) => Question;

function parseOr(tokens: Token[], ask: Ask): Question {
  const parts = parseParts(tokens, '||', () => parseAnd(tokens, ask));
  return (resultsOf) => parts.some((part) => part(resultsOf));
}

function parseAnd(tokens: Token[], ask: Ask): Question {
  const parts = parseParts(tokens, '&&', () => parseNot(tokens, ask));
  return (resultsOf) => parts.every((part) => part(resultsOf));
}

function parseParts(tokens: Token[], symbol: string, parsePart: () => Question): Question[] {
  const parts = [parsePart()];
  while (tokens[0]?.symbol === symbol) {
    tokens.shift();
    parts.push(parsePart());
  }
  return parts;
}

function parseNot(tokens: Token[], ask: Ask): Question {
  const token = tokens.shift();
  if (token?.symbol === '!') {
    const inner = parseNot(tokens, ask);
    return (resultsOf) => !inner(resultsOf);
  }
  if (token?.symbol === '(') {
    const inner = parseOr(tokens, ask);
    if (tokens.shift()?.symbol !== ')') {
      throw new Error('has a depends with an unclosed parenthesis');
    }
    return inner;
  }
  if (token?.name === undefined) {
    throw new Error('has a depends that ends or breaks off where a task name belongs');
  }
  return ask(token.name, token.result);
}

const resultNames: ReadonlySet<string> = new Set<keyof TaskResults>([
  'Succeeded',
  'Failed',
  'Errored',
  'Skipped',
  'Omitted',
  'Daemoned',
  'AnySucceeded',
  'AllFailed',
]);

function isResultName(name: string): name is keyof TaskResults {
  return resultNames.has(name);
}

function askResult(name: string, result: string): Question {
  if (!isResultName(result)) {
    throw new Error(`depends on ${name}.${result}, which is no task result`);
  }
  return (resultsOf) => resultsOf(name)[result];
}

function askBareName(task: DagTask): Question {
  const { error = false, failed = false } = task.continueOn ?? {};
  return (resultsOf) => {
    const results = resultsOf(task.name);
    return (
      results.Succeeded ||
      results.Skipped ||
      results.Daemoned ||
      (error && results.Errored) ||
      (failed && results.Failed)
    );
  };
}
