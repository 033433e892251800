import { errorText } from '../../common/error-text.js';
import type { Template, WorkflowStep } from '../../workflow/workflow.js';
import { executeStepGroup, type StepsPass } from './execute-step-group.js';
import { isFailedOrError, isFulfilled, type Node } from './node.js';
import type { Operation, TemplateOutcome } from './operation.js';
import { outboundNodes } from './outbound-nodes.js';
import { addIterationsToScope, addNodeToScope, createScope } from './scope.js';
import { exportGlobals, templateOutputs } from './template-outputs.js';

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
    executeStepGroup(pass, group, steps);
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
