import { isJsonObject } from '../../common/json.js';
import type { OutputParameter, Outputs } from '../../workflow/workflow.js';
import type { Lookup } from '../expressions/replace-tags.js';
import { rfc3339 } from '../go/rfc3339.js';
import type { Node } from './node.js';
import type { Operation } from './operation.js';

/** The variables of one DAG or steps template: what its finished tasks returned. */
export interface Scope {
  readonly lookup: Lookup;
  set(name: string, value: string): void;
}

export function createScope(): Scope {
  const values = new Map<string, string>();
  return { lookup: (tag) => values.get(tag), set: (name, value) => values.set(name, value) };
}

/**
 * Adds what a finished node offers to others under `prefix` ("tasks.a").
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (buildLocalScope)
 */
export function addNodeToScope(operation: Operation, scope: Scope, prefix: string, anyNode: Node): void {
  const node = lastAttempt(anyNode);
  scope.set(`${prefix}.id`, node.id);
  scope.set(`${prefix}.startedAt`, rfc3339(new Date(node.startedAtMs)));
  if (node.finishedAtMs !== undefined) {
    scope.set(`${prefix}.finishedAt`, rfc3339(new Date(node.finishedAtMs)));
  }
  scope.set(`${prefix}.status`, node.phase);
  addOutputsToScope(scope, prefix, node.outputs ?? defaultOutputs(operation, node));
}

export function addOutputsToScope(scope: Scope, prefix: string, outputs: Outputs | undefined): void {
  if (outputs?.result !== undefined) {
    scope.set(`${prefix}.outputs.result`, outputs.result);
  }
  if (outputs?.exitCode !== undefined) {
    scope.set(`${prefix}.exitCode`, outputs.exitCode);
  }
  for (const { name, value } of outputs?.parameters ?? []) {
    if (value !== undefined) {
      scope.set(`${prefix}.outputs.parameters.${name}`, value);
    }
  }
}

/** A Retry node's outputs are those of its last attempt. */
export function lastAttempt(node: Node): Node {
  return node.type === 'Retry' ? (node.children.findLast((child) => !child.hooked) ?? node) : node;
}

/** A task that was skipped or omitted offers the defaults of its template's outputs (Argo v4.0.7 and later). */
function defaultOutputs(operation: Operation, node: Node): Outputs | undefined {
  if (node.phase !== 'Skipped' && node.phase !== 'Omitted') {
    return undefined;
  }
  const declared = operation.templates.get(node.templateName)?.outputs.parameters ?? [];
  return { parameters: declared.map(({ name, valueFrom }) => ({ name, value: valueFrom?.default ?? '' })) };
}

/**
 * Adds the outputs of a loop's iterations as JSON lists.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (processAggregateNodeOutputs)
 */
export function addIterationsToScope(scope: Scope, prefix: string, nodes: readonly Node[]): void {
  if (nodes.length === 0) {
    return;
  }
  const outputs = nodes
    .filter((node) => !node.hooked && !node.retried)
    .sort((a, b) => loopIndex(a) - loopIndex(b))
    .filter((node) => node.phase === 'Succeeded')
    .flatMap((node) => (node.outputs === undefined ? [] : [node.outputs]));
  const results = outputs.flatMap(({ result }) => (result === undefined ? [] : [parseOrText(result)]));
  scope.set(`${prefix}.outputs.result`, JSON.stringify(results));
  const lists = outputs.map(({ parameters }) => parameters).filter((parameters) => parameters.length > 0);
  scope.set(`${prefix}.outputs.parameters`, JSON.stringify(lists.map(asObject)));
  for (const name of new Set(lists.flat().map((parameter) => parameter.name))) {
    const named = lists.flat().filter((parameter) => parameter.name === name);
    const values = named.map(({ value = '' }) => value);
    scope.set(`${prefix}.outputs.parameters.${name}`, JSON.stringify(asJsonIfAll(values)));
  }
}

function asObject(parameters: readonly OutputParameter[]): Record<string, string> {
  const entries = parameters.map(({ name, value = '' }): [string, string] => [name, value]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function loopIndex(node: Node): number {
  return Number.parseInt(node.name.slice(node.name.lastIndexOf('(') + 1), 10);
}

/** Lists and objects are taken as JSON only where every value is one. */
function asJsonIfAll(values: readonly string[]): readonly unknown[] {
  const parsed = values.map(parseOrText);
  return parsed.every((value) => Array.isArray(value) || isJsonObject(value)) ? parsed : values;
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
