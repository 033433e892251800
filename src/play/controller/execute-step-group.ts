import { errorText } from '../../common/error-text.js';
import type { WorkflowStep } from '../../workflow/workflow.js';
import { evaluateWhen } from '../expressions/evaluate-when.js';
import { expandItems } from '../expressions/expand-items.js';
import { firstOf, MissingVariable } from '../expressions/replace-tags.js';
import { resolveReferences } from '../expressions/resolve-references.js';
import { continuesOnNode } from './assess-dag-phase.js';
import { executeTemplate } from './execute-template.js';
import { runExitHook } from './exit-hook.js';
import { isCompleted, isFulfilled, type Node } from './node.js';
import type { Operation } from './operation.js';
import type { Scope } from './scope.js';

/** One pass over one steps template. */
export interface StepsPass {
  readonly operation: Operation;
  readonly boundary: Node;
  readonly scope: Scope;
}

/**
 * Starts the steps of a group, or brings them on, and marks the group when they have ended.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/steps.go (executeStepGroup)
 */
export function executeStepGroup(pass: StepsPass, group: Node, steps: readonly WorkflowStep[]): void {
  if (isFulfilled(group)) {
    return;
  }
  const { nodes, waiting } = pass.operation;
  let expanded: WorkflowStep[];
  try {
    const resolved = steps.map((step) => resolveStep(pass, step));
    expanded = resolved.flatMap((step) => expandStep(pass, group, step));
    waiting.delete(group.name);
  } catch (error) {
    if (error instanceof MissingVariable) {
      waiting.set(group.name, error.tag);
    } else {
      nodes.mark(group, 'Error', errorText(error));
    }
    return;
  }
  for (const step of expanded) {
    if (!startStep(pass, group, step)) {
      return;
    }
  }
  if (runStepHooks(pass, group, expanded)) {
    finishGroup(pass, group, expanded);
  }
}

function resolveStep({ scope, operation }: StepsPass, step: WorkflowStep): WorkflowStep {
  try {
    return resolveReferences(step, firstOf(scope.lookup, operation.globals.lookup));
  } catch (error) {
    throw error instanceof MissingVariable
      ? error
      : new Error(`Failed to resolve references: ${errorText(error)}`);
  }
}

function expandStep(
  { operation, boundary, scope }: StepsPass,
  group: Node,
  step: WorkflowStep,
): WorkflowStep[] {
  const { nodes, globals } = operation;
  const expanded = expandItems(step, firstOf(scope.lookup, globals.lookup));
  const name = `${group.name}.${step.name}`;
  if (expanded.length === 0 && nodes.get(name) === undefined) {
    const message = 'Skipped, empty params';
    const leaf = { name, type: 'Skipped', templateName: step.template, boundary, message } as const;
    nodes.addChild(group, nodes.add({ ...leaf, phase: 'Skipped' }));
  }
  return expanded;
}

/** False when the whole group has failed already. */
function startStep({ operation, boundary }: StepsPass, group: Node, step: WorkflowStep): boolean {
  const { nodes } = operation;
  const name = `${group.name}.${step.name}`;
  const leaf = { name, type: 'Skipped', templateName: step.template, boundary } as const;
  try {
    if (nodes.get(name) === undefined && !evaluateWhen(step.when)) {
      const message = `when '${step.when}' evaluated false`;
      nodes.addChild(group, nodes.add({ ...leaf, phase: 'Skipped', message }));
    }
  } catch (error) {
    nodes.addChild(group, nodes.add({ ...leaf, phase: 'Error', message: errorText(error) }));
    nodes.mark(group, 'Error', errorText(error));
    return false;
  }
  const outcome = executeTemplate(operation, {
    nodeName: name,
    templateName: step.template,
    arguments: step.arguments ?? {},
    caller: { kind: 'steps', name: step.name },
    boundary,
  });
  const node = nodes.get(name);
  if (node !== undefined) {
    nodes.addChild(group, node);
  }
  if (outcome.kind === 'error') {
    const message = `step group deemed errored due to child ${name} error: ${outcome.error}`;
    nodes.mark(group, 'Error', message);
    return false;
  }
  return true;
}

/** Whether every step and every hook of the group is done. */
function runStepHooks(pass: StepsPass, group: Node, steps: readonly WorkflowStep[]): boolean {
  const { operation, boundary, scope } = pass;
  let done = steps.every((step) => operation.nodes.get(`${group.name}.${step.name}`) !== undefined);
  for (const node of group.children) {
    const call = stepOf(group, node, steps);
    scope.set(`steps.${node.displayName}.status`, node.phase);
    if (!isFulfilled(node)) {
      done = false;
    } else if (isCompleted(node) && call !== undefined) {
      const hook = runExitHook(operation, { call, node, boundary, prefix: `steps.${call.name}`, scope });
      if (hook.kind === 'error') {
        operation.nodes.mark(group, 'Error', hook.error);
      }
      done = done && hook.kind === 'done';
    }
  }
  return done;
}

function finishGroup({ operation }: StepsPass, group: Node, steps: readonly WorkflowStep[]): void {
  const failed = group.children.find((child) => !continuesOnNode(stepOf(group, child, steps) ?? {}, child));
  if (failed === undefined) {
    operation.nodes.mark(group, 'Succeeded');
  } else {
    operation.nodes.mark(group, 'Failed', `child '${failed.id}' failed`);
  }
}

function stepOf(group: Node, child: Node, steps: readonly WorkflowStep[]): WorkflowStep | undefined {
  return steps.find(({ name }) => `${group.name}.${name}` === child.name);
}
