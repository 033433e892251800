import { errorText } from '../../common/error-text.js';
import type { DagTask } from '../../workflow/workflow.js';
import { evaluateWhen } from '../expressions/evaluate-when.js';
import { expandItems, shouldExpand } from '../expressions/expand-items.js';
import { firstOf, MissingVariable } from '../expressions/replace-tags.js';
import { resolveReferences } from '../expressions/resolve-references.js';
import { addGroup, addLeaf, connect, type DagPass, scopeOf, taskNode } from './dag-pass.js';
import { executeTemplate } from './execute-template.js';
import { isFailedOrError, isFulfilled, type Node } from './node.js';
import { runHookOf } from './run-task-hook.js';

/** What became of a task once it had started; its references do not change any more. */
const expansions = new WeakMap<Node, readonly DagTask[]>();

/** Starts a task whose dependencies are met, or brings it on: itself, or one node for each of its items. */
export function startDagTask(pass: DagPass, task: DagTask): void {
  const { waiting } = pass.operation;
  const nodeName = `${pass.boundary.name}.${task.name}`;
  let expanded: readonly DagTask[];
  try {
    expanded = expand(pass, task);
    waiting.delete(nodeName);
  } catch (error) {
    if (error instanceof MissingVariable) {
      waiting.set(nodeName, error.tag);
    } else {
      connect(pass, addLeaf(pass, task, 'Error', errorText(error)));
    }
    return;
  }
  if (!shouldExpand(task)) {
    executeExpanded(pass, task, expanded, undefined);
  } else if (expanded.length === 0) {
    connect(pass, addLeaf(pass, task, 'Skipped', 'Skipped, empty params'));
  } else {
    const group = taskNode(pass, task.name) ?? addGroup(pass, task);
    if (executeExpanded(pass, task, expanded, group)) {
      finishGroup(pass, group, expanded);
    }
  }
  const node = taskNode(pass, task.name);
  if (node !== undefined) {
    expansions.set(node, expanded);
  }
}

/** The task with its references replaced, once for each item. */
function expand(pass: DagPass, task: DagTask): readonly DagTask[] {
  const node = taskNode(pass, task.name);
  const expanded = node === undefined ? undefined : expansions.get(node);
  if (expanded !== undefined) {
    return expanded;
  }
  const known = firstOf(scopeOf(pass, task.name).lookup, pass.operation.globals.lookup);
  return expandItems(resolveReferences(task, known), known);
}

/** False when one of them holds up those behind it for this pass. */
function executeExpanded(
  pass: DagPass,
  task: DagTask,
  expanded: readonly DagTask[],
  group: Node | undefined,
): boolean {
  return expanded.every((one) => executeOne(pass, task, one, group));
}

function finishGroup({ operation, boundary }: DagPass, group: Node, expanded: readonly DagTask[]): void {
  const nodes = expanded.map(({ name }) => operation.nodes.get(`${boundary.name}.${name}`));
  if (nodes.every((node) => node !== undefined && isFulfilled(node))) {
    const failed = nodes.findLast((node) => node !== undefined && isFailedOrError(node));
    operation.nodes.mark(group, failed?.phase ?? 'Succeeded');
  }
}

function executeOne(pass: DagPass, task: DagTask, one: DagTask, group: Node | undefined): boolean {
  const { operation, boundary } = pass;
  const isNew = taskNode(pass, one.name) === undefined;
  const reason = isNew ? reasonNotToRun(one) : undefined;
  if (reason !== undefined) {
    connect(pass, addLeaf(pass, one, reason.phase, reason.message), group);
    return true;
  }
  const outcome = executeTemplate(operation, {
    nodeName: `${boundary.name}.${one.name}`,
    templateName: one.template,
    arguments: one.arguments ?? {},
    caller: { kind: 'tasks', name: one.name },
    boundary,
  });
  const node = taskNode(pass, one.name);
  if (node !== undefined && isNew) {
    connect(pass, node, group);
  }
  if (outcome.kind === 'error' && node !== undefined) {
    operation.nodes.mark(node, 'Error', `task '${node.name}' errored: ${outcome.error}`);
    return false;
  }
  return outcome.kind === 'node' && node !== undefined && runHookOf(pass, task, node).kind === 'done';
}

function reasonNotToRun({ when = '' }: DagTask): { phase: 'Error' | 'Skipped'; message: string } | undefined {
  try {
    return evaluateWhen(when) ? undefined : { phase: 'Skipped', message: `when '${when}' evaluated false` };
  } catch (error) {
    return { phase: 'Error', message: errorText(error) };
  }
}
