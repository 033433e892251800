import { errorText } from '../../common/error-text.js';
import type { LifecycleHook, TemplateCall } from '../../workflow/workflow.js';
import { firstOf, substitute } from '../expressions/replace-tags.js';
import { executeTemplate } from './execute-template.js';
import { isFulfilled, type Node } from './node.js';
import type { Operation } from './operation.js';
import { addOutputsToScope, lastAttempt, type Scope } from './scope.js';

/** `done` also when there is no hook; `error` carries Argo's text. */
export type HookOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'running' }
  | { readonly kind: 'error'; readonly error: string };

/** A task or step that has ended, and what its hook may refer to. */
export interface CompletedCall {
  readonly call: TemplateCall;
  readonly node: Node;
  readonly boundary: Node;
  /** How the scope names it: "tasks.a". */
  readonly prefix: string;
  readonly scope: Scope;
}

/**
 * Runs the exit hook of a completed task or step as the node `<name>.onExit` below it.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/exit_handler.go (runOnExitNode)
 */
export function runExitHook(operation: Operation, completed: CompletedCall): HookOutcome {
  const { call, node, boundary, prefix, scope } = completed;
  const hook = exitHookOf(call);
  if (hook === undefined) {
    return { kind: 'done' };
  }
  addOutputsToScope(scope, prefix, lastAttempt(node).outputs);
  let args = hook.arguments ?? {};
  try {
    args = substitute(args, firstOf(scope.lookup, operation.globals.lookup));
  } catch (error) {
    return { kind: 'error', error: errorText(error) };
  }
  const nodeName = `${node.name}.onExit`;
  const outcome = executeTemplate(operation, {
    nodeName,
    templateName: hook.template,
    arguments: args,
    caller: { kind: 'steps', name: '' },
    boundary,
    hooked: true,
  });
  const hookNode = operation.nodes.get(nodeName);
  if (hookNode !== undefined) {
    operation.nodes.addChild(node, hookNode);
  }
  if (outcome.kind === 'error') {
    return outcome;
  }
  return { kind: hookNode !== undefined && isFulfilled(hookNode) ? 'done' : 'running' };
}

export function exitHookOf(call: Pick<TemplateCall, 'hooks' | 'onExit'>): LifecycleHook | undefined {
  return call.hooks?.['exit'] ?? (call.onExit ? { template: call.onExit } : undefined);
}

/** All hooks of a finished node must be finished too before anything that depends on it starts. */
export function areHooksFulfilled(node: Node): boolean {
  return node.children.every((child) => !child.hooked || isFulfilled(child));
}
