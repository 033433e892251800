import { evaluateWhen } from '../expressions/evaluate-when.js';
import { expandItems } from '../expressions/expand-items.js';
import { firstOf, MissingVariable, substitute } from '../expressions/replace-tags.js';
import type { Template, WorkflowStep } from '../workflow/workflow.js';
import { continuesOnNode } from './assess-dag-phase.js';
import { executeTemplate } from './execute-template.js';
import { runExitHook } from './exit-hook.js';
import { isCompleted, isFailedOrError, isFulfilled, type Node } from './node.js';
import { errorText, type Operation, type TemplateOutcome } from './operation.js';
import { outboundNodes } from './outbound-nodes.js';
import { addIterationsToScope, addNodeToScope, createScope, type Scope } from './scope.js';
import { exportGlobals, templateOutputs } from './template-outputs.js';

interface StepsPass {
  readonly operation: Operation;
  readonly boundary: Node;
  readonly scope: Scope;
}

/**
 * Brings a steps template on: its groups one after the other, the steps of a group side by side.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/steps.go (executeSteps)
 */
export function executeSteps(
  operation: Operation,
  boundary: Node,
  template: Template,
  groups: readonly (readonly WorkflowStep[])[],
): TemplateOutcome {
  const pass: StepsPass = { operation, boundary, scope: createScope() };
  let before: Node | undefined;
  for (const [index, steps] of groups.entries()) {
    const group = groupNode(pass, index, before);
    executeGroup(pass, group, steps);
    if (!isFulfilled(group)) {
      return { kind: 'node', node: boundary };
    }
    before = group;
    if (isFailedOrError(group)) {
      boundary.outbound = group.children.flatMap(outboundNodes);
      return { kind: 'node', node: operation.nodes.mark(boundary, 'Failed', group.message) };
    }
    for (const step of steps) {
      addStepToScope(pass, group, step);
    }
  }
  boundary.outbound = before?.children.flatMap(outboundNodes) ?? [];
  try {
    boundary.outputs = templateOutputs(template, pass.scope.lookup);
  } catch (error) {
    return { kind: 'error', error: errorText(error) };
  }
  exportGlobals(operation, boundary.outputs);
  return { kind: 'node', node: operation.nodes.mark(boundary, 'Succeeded') };
}

function groupNode({ operation, boundary }: StepsPass, index: number, before: Node | undefined): Node {
  const name = `${boundary.name}[${index}]`;
  const existing = operation.nodes.get(name);
  if (existing !== undefined) {
    return existing;
  }
  const group = operation.nodes.add({
    name,
    type: 'StepGroup',
    templateName: '',
    boundary,
    phase: 'Running',
  });
  const parents = before?.children.length ? before.children.flatMap(outboundNodes) : [before ?? boundary];
  for (const parent of parents) {
    operation.nodes.addChild(parent, group);
  }
  return group;
}

function executeGroup(pass: StepsPass, group: Node, steps: readonly WorkflowStep[]): void {
  if (isFulfilled(group)) {
    return;
  }
  const { nodes, waiting } = pass.operation;
  let expanded: WorkflowStep[];
  try {
    expanded = steps.flatMap((step) => resolveStep(pass, step));
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

function resolveStep({ scope, operation }: StepsPass, step: WorkflowStep): WorkflowStep[] {
  const { hooks, ...body } = step;
  const known = firstOf(scope.lookup, operation.globals.lookup);
  const resolved = substitute(body, known, ['tasks.', 'steps.']);
  return expandItems<WorkflowStep>(hooks === undefined ? resolved : { ...resolved, hooks }, known);
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
  let done = steps.every((step) => pass.operation.nodes.get(`${group.name}.${step.name}`) !== undefined);
  for (const child of group.children) {
    const step = stepOf(group, child, steps);
    pass.scope.set(`steps.${child.displayName}.status`, child.phase);
    if (!isFulfilled(child)) {
      done = false;
    } else if (isCompleted(child) && step !== undefined) {
      const prefix = `steps.${step.name}`;
      const hook = runExitHook(pass.operation, step, child, pass.boundary, prefix, pass.scope);
      if (hook.kind === 'error') {
        pass.operation.nodes.mark(group, 'Error', hook.error);
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

function addStepToScope({ operation, boundary, scope }: StepsPass, group: Node, step: WorkflowStep): void {
  const name = `${group.name}.${step.name}`;
  const node = operation.nodes.get(name);
  if (node !== undefined) {
    addNodeToScope(operation, scope, `steps.${step.name}`, node);
    return;
  }
  const iterations = [...operation.nodes.all()].filter(
    (one) => one.boundary === boundary && one.name.startsWith(`${name}(`) && one.type !== 'Skipped',
  );
  addIterationsToScope(scope, `steps.${step.name}`, iterations);
}
