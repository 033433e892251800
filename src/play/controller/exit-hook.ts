import { firstOf, substitute } from '../expressions/replace-tags.js';
import type { LifecycleHook, TemplateCall } from '../workflow/workflow.js';
import { executeTemplate } from './execute-template.js';
import { isFulfilled, type Node } from './node.js';
import { errorText, type Operation, type TemplateOutcome } from './operation.js';
import { addOutputsToScope, lastAttempt, type Scope } from './scope.js';

/** `done` also when there is no hook; `error` carries Argo's text. */
export type HookOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'running' }
  | { readonly kind: 'error'; readonly error: string };

/**
 * Runs the exit hook of a completed task or step as the node `<name>.onExit` below it.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/exit_handler.go (runOnExitNode)
 */
export function runExitHook(
  operation: Operation,
  call: TemplateCall,
  parent: Node,
  boundary: Node,
  prefix: string,
  scope: Scope,
): HookOutcome {
  const hook = exitHookOf(call);
  if (hook === undefined) {
    return { kind: 'done' };
  }
  const nodeName = `${parent.name}.onExit`;
  const outcome = executeHook(operation, hook, nodeName, parent, boundary, prefix, scope);
  const node = operation.nodes.get(nodeName);
  if (node !== undefined) {
    operation.nodes.addChild(parent, node);
  }
  if (outcome.kind === 'error') {
    return outcome;
  }
  return { kind: node !== undefined && isFulfilled(node) ? 'done' : 'running' };
}

export function exitHookOf(call: Pick<TemplateCall, 'hooks' | 'onExit'>): LifecycleHook | undefined {
  return call.hooks?.['exit'] ?? (call.onExit ? { template: call.onExit } : undefined);
}

/** All hooks of a finished node must be finished too before anything that depends on it starts. */
export function areHooksFulfilled(node: Node): boolean {
  return node.children.every((child) => !child.hooked || isFulfilled(child));
}

function executeHook(
  operation: Operation,
  hook: LifecycleHook,
  nodeName: string,
  parent: Node,
  boundary: Node,
  prefix: string,
  scope: Scope,
): TemplateOutcome {
  addOutputsToScope(scope, prefix, lastAttempt(parent).outputs);
  let args = hook.arguments ?? {};
  try {
    args = substitute(args, firstOf(scope.lookup, operation.globals.lookup));
  } catch (error) {
    return { kind: 'error', error: errorText(error) };
  }
  return executeTemplate(operation, {
    nodeName,
    templateName: hook.template,
    arguments: args,
    caller: { kind: 'steps', name: '' },
    boundary,
    hooked: true,
  });
}
