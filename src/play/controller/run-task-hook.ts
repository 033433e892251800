import type { DagTask } from '../../workflow/workflow.js';
import { type DagPass, scopeOf, taskNode } from './dag-pass.js';
import { exitHookOf, type HookOutcome, runExitHook } from './exit-hook.js';
import { isCompleted, type Node } from './node.js';

/** Runs the exit hook of a task that has completed; calling it again is harmless. */
export function runTaskHook(pass: DagPass, name: string): HookOutcome {
  const node = taskNode(pass, name);
  return node === undefined ? { kind: 'done' } : runHookOf(pass, pass.plan.task(name), node);
}

/** The same for one node of a task: an iteration of a loop has a hook of its own. */
export function runHookOf(pass: DagPass, task: DagTask, node: Node): HookOutcome {
  if (!isCompleted(node) || exitHookOf(task) === undefined) {
    return { kind: 'done' };
  }
  const prefix = `tasks.${task.name}`;
  const scope = scopeOf(pass, task.name);
  scope.set(`${prefix}.status`, node.phase);
  return runExitHook(pass.operation, { call: task, node, boundary: pass.boundary, prefix, scope });
}
