import { evaluateWhen } from '../expressions/evaluate-when.js';
import { expandItems, shouldExpand } from '../expressions/expand-items.js';
import { firstOf, MissingVariable, substitute } from '../expressions/replace-tags.js';
import type { TaskResults } from '../workflow/depends.js';
import type { DagTask } from '../workflow/workflow.js';
import { addGroup, addLeaf, connect, type DagPass, scopeOf, taskNode } from './dag-pass.js';
import { executeTemplate } from './execute-template.js';
import { areHooksFulfilled, exitHookOf, type HookOutcome, runExitHook } from './exit-hook.js';
import { isCompleted, isFailedOrError, isFulfilled, type Node } from './node.js';
import { errorText } from './operation.js';

/**
 * Starts a task, or brings it on, after the tasks it depends on.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/dag.go (executeDAGTask)
 */
export function executeDagTask(pass: DagPass, name: string): void {
  if (pass.visited.has(name)) {
    return;
  }
  pass.visited.add(name);
  const node = taskNode(pass, name);
  if (node !== undefined && isFulfilled(node)) {
    runTargetHook(pass, name);
    return;
  }
  const task = pass.plan.task(name);
  const { names } = pass.plan.depends(name);
  for (const dependency of names) {
    executeDagTask(pass, dependency);
  }
  const verdict = node === undefined ? mayStart(pass, name) : 'start';
  if (verdict === 'omit') {
    connect(pass, addLeaf(pass, task, 'Omitted', 'omitted: depends condition not met'));
  } else if (verdict === 'start') {
    startTask(pass, task);
  }
}

/** Runs the exit hook of a completed task; calling it again is harmless. */
export function runTargetHook(pass: DagPass, name: string): HookOutcome {
  const task = pass.plan.task(name);
  const node = taskNode(pass, name);
  if (node === undefined || !isCompleted(node) || exitHookOf(task) === undefined) {
    return { kind: 'done' };
  }
  return runHook(pass, task, node);
}

function runHook(pass: DagPass, task: DagTask, node: Node): HookOutcome {
  const original = pass.plan.tasks.find(({ name }) => name === task.name) ?? task;
  const scope = scopeOf(pass, original.name);
  scope.set(`tasks.${original.name}.status`, node.phase);
  return runExitHook(pass.operation, original, node, pass.boundary, `tasks.${original.name}`, scope);
}

function mayStart(pass: DagPass, name: string): 'wait' | 'omit' | 'start' {
  const { names, evaluate } = pass.plan.depends(name);
  const nodes = new Map<string, Node>();
  for (const dependency of names) {
    const node = taskNode(pass, dependency);
    if (node === undefined || !isFulfilled(node) || !areHooksFulfilled(node)) {
      return 'wait';
    }
    nodes.set(dependency, node);
  }
  return evaluate((dependency) => resultsOf(nodes.get(dependency))) ? 'start' : 'omit';
}

function resultsOf(node: Node | undefined): TaskResults {
  const iterations = node?.type === 'TaskGroup' ? node.children : [];
  return {
    Succeeded: node?.phase === 'Succeeded',
    Failed: node?.phase === 'Failed',
    Errored: node?.phase === 'Error',
    Skipped: node?.phase === 'Skipped',
    Omitted: node?.phase === 'Omitted',
    Daemoned: false,
    AnySucceeded: iterations.some(({ phase }) => phase === 'Succeeded'),
    AllFailed: iterations.length > 0 && iterations.every(({ phase }) => phase === 'Failed'),
  };
}

function startTask(pass: DagPass, task: DagTask): void {
  const { operation } = pass;
  let expanded: readonly DagTask[];
  try {
    expanded = resolveTask(pass, task);
    operation.waiting.delete(`${pass.boundary.name}.${task.name}`);
  } catch (error) {
    if (error instanceof MissingVariable) {
      operation.waiting.set(`${pass.boundary.name}.${task.name}`, error.tag);
    } else if (taskNode(pass, task.name) === undefined) {
      connect(pass, addLeaf(pass, task, 'Error', errorText(error)));
    }
    return;
  }
  if (!shouldExpand(task)) {
    startExpanded(pass, task, expanded, undefined);
  } else if (expanded.length === 0) {
    connect(pass, addLeaf(pass, task, 'Skipped', 'Skipped, empty params'));
  } else {
    startExpanded(pass, task, expanded, taskNode(pass, task.name) ?? addGroup(pass, task));
  }
  const node = taskNode(pass, task.name);
  if (node !== undefined) {
    expansions.set(node, expanded);
  }
}

/** What became of a task once it had started; its references do not change any more. */
const expansions = new WeakMap<Node, readonly DagTask[]>();

/** The task with its references replaced, once for each item. */
function resolveTask(pass: DagPass, task: DagTask): readonly DagTask[] {
  const node = taskNode(pass, task.name);
  const known = node === undefined ? undefined : expansions.get(node);
  return known ?? resolveReferences(pass, task);
}

function resolveReferences(pass: DagPass, task: DagTask): DagTask[] {
  const { hooks, ...body } = task;
  const known = firstOf(scopeOf(pass, task.name).lookup, pass.operation.globals.lookup);
  const resolved = substitute(body, known, ['tasks.', 'steps.']);
  if (!shouldExpand(resolved)) {
    evaluateWhen(resolved.when);
  }
  return expandItems<DagTask>(hooks === undefined ? resolved : { ...resolved, hooks }, known);
}

function startExpanded(
  pass: DagPass,
  task: DagTask,
  expanded: readonly DagTask[],
  group: Node | undefined,
): void {
  for (const one of expanded) {
    if (!startOne(pass, task, one, group)) {
      return;
    }
  }
  if (group !== undefined) {
    const nodes = expanded.map(({ name }) => taskNode(pass, name));
    if (nodes.every((node) => node !== undefined && isFulfilled(node))) {
      const failed = nodes.findLast((node) => node !== undefined && isFailedOrError(node));
      pass.operation.nodes.mark(group, failed?.phase ?? 'Succeeded');
    }
  }
}

/** False when the tasks after this one must not be looked at in this pass. */
function startOne(pass: DagPass, task: DagTask, one: DagTask, group: Node | undefined): boolean {
  const { operation, boundary } = pass;
  const isNew = taskNode(pass, one.name) === undefined;
  if (isNew) {
    const reason = reasonNotToRun(one);
    if (reason !== undefined) {
      connect(pass, addLeaf(pass, one, reason.phase, reason.message), group);
      return true;
    }
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
  if (outcome.kind !== 'node' || node === undefined) {
    return false;
  }
  return !isCompleted(node) || exitHookOf(task) === undefined || runHook(pass, task, node).kind === 'done';
}

function reasonNotToRun({ when = '' }: DagTask): { phase: 'Error' | 'Skipped'; message: string } | undefined {
  try {
    return evaluateWhen(when) ? undefined : { phase: 'Skipped', message: `when '${when}' evaluated false` };
  } catch (error) {
    return { phase: 'Error', message: errorText(error) };
  }
}
