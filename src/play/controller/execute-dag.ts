import { errorText } from '../../common/error-text.js';
import type { DagTemplate, Template } from '../../workflow/workflow.js';
import { type DagPlan, planDag } from '../prepare/dag-plan.js';
import { assessDagPhase } from './assess-dag-phase.js';
import type { DagPass } from './dag-pass.js';
import { executeDagTask } from './execute-dag-task.js';
import type { Node } from './node.js';
import type { Operation, TemplateOutcome } from './operation.js';
import { outboundNodes } from './outbound-nodes.js';
import { runTaskHook } from './run-task-hook.js';
import { addIterationsToScope, addNodeToScope, createScope } from './scope.js';
import { exportGlobals, templateOutputs } from './template-outputs.js';

const plans = new WeakMap<DagTemplate, DagPlan>();

/**
 * Brings a DAG on: starts every task that can start, then says how the DAG stands.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/dag.go (executeDAG)
 */
export function executeDag(
  operation: Operation,
  boundary: Node,
  template: Template,
  dag: DagTemplate,
): TemplateOutcome {
  const plan = plans.get(dag) ?? planDag(dag);
  plans.set(dag, plan);
  const pass: DagPass = { operation, boundary, template, plan, visited: new Set() };
  for (const { name } of plan.targets) {
    executeDagTask(pass, name);
    const hook = runTaskHook(pass, name);
    if (hook.kind === 'error') {
      return hook;
    }
  }
  const nodeOf = (task: string) => operation.nodes.get(`${boundary.name}.${task}`);
  const phase = assessDagPhase(boundary, plan.targets, nodeOf, dag.failFast ?? true);
  if (phase === 'Running') {
    return { kind: 'node', node: boundary };
  }
  if (phase === 'Succeeded') {
    try {
      setOutputs(operation, boundary, template, plan);
    } catch (error) {
      return { kind: 'error', error: errorText(error) };
    }
  }
  boundary.outbound = plan.targets.flatMap(({ name }) => {
    const node = nodeOf(name);
    return node === undefined ? [] : outboundNodes(node);
  });
  return { kind: 'node', node: operation.nodes.mark(boundary, phase) };
}

function setOutputs(operation: Operation, boundary: Node, template: Template, plan: DagPlan): void {
  const scope = createScope();
  for (const { name } of plan.tasks) {
    const node = operation.nodes.get(`${boundary.name}.${name}`);
    if (node !== undefined) {
      if (node.type === 'TaskGroup') {
        addIterationsToScope(scope, `tasks.${name}`, node.children);
      }
      addNodeToScope(operation, scope, `tasks.${name}`, node);
      exportGlobals(operation, node.outputs);
    }
  }
  boundary.outputs = templateOutputs(template, scope.lookup);
}
