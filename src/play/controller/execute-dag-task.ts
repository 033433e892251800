import type { TaskResults } from '../prepare/depends.js';
import { addLeaf, connect, type DagPass, taskNode } from './dag-pass.js';
import { areHooksFulfilled } from './exit-hook.js';
import { isFulfilled, type Node } from './node.js';
import { runTaskHook } from './run-task-hook.js';
import { startDagTask } from './start-dag-task.js';

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
    runTaskHook(pass, name);
    return;
  }
  for (const dependency of pass.plan.depends(name).names) {
    executeDagTask(pass, dependency);
  }
  const task = pass.plan.task(name);
  const verdict = node === undefined ? evaluateDepends(pass, name) : 'start';
  if (verdict === 'omit') {
    connect(pass, addLeaf(pass, task, 'Omitted', 'omitted: depends condition not met'));
  } else if (verdict === 'start') {
    startDagTask(pass, task);
  }
}

function evaluateDepends(pass: DagPass, name: string): 'wait' | 'omit' | 'start' {
  const { names, evaluate } = pass.plan.depends(name);
  for (const dependency of names) {
    const node = taskNode(pass, dependency);
    if (node === undefined || !isFulfilled(node) || !areHooksFulfilled(node)) {
      return 'wait';
    }
  }
  return evaluate((dependency) => resultsOf(taskNode(pass, dependency))) ? 'start' : 'omit';
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
