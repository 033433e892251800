import type { DagTask, Template } from '../../workflow/workflow.js';
import type { DagPlan } from '../prepare/dag-plan.js';
import type { Node } from './node.js';
import type { Operation } from './operation.js';
import { outboundNodes } from './outbound-nodes.js';
import { addIterationsToScope, addNodeToScope, createScope, type Scope } from './scope.js';

/** One pass over one DAG. */
export interface DagPass {
  readonly operation: Operation;
  readonly boundary: Node;
  readonly template: Template;
  readonly plan: DagPlan;
  readonly visited: Set<string>;
}

export function taskNode({ operation, boundary }: DagPass, name: string): Node | undefined {
  return operation.nodes.get(`${boundary.name}.${name}`);
}

export function addLeaf(
  pass: DagPass,
  task: DagTask,
  phase: 'Omitted' | 'Skipped' | 'Error',
  message: string,
): Node {
  return pass.operation.nodes.add({
    name: `${pass.boundary.name}.${task.name}`,
    type: 'Skipped',
    templateName: task.template,
    boundary: pass.boundary,
    phase,
    message,
  });
}

export function addGroup(pass: DagPass, task: DagTask): Node {
  const group = pass.operation.nodes.add({
    name: `${pass.boundary.name}.${task.name}`,
    type: 'TaskGroup',
    templateName: task.template,
    boundary: pass.boundary,
    phase: 'Running',
  });
  connect(pass, group);
  return group;
}

/** Links a new node below what came before it: its group, its dependencies' ends, else the DAG itself. */
export function connect(pass: DagPass, node: Node, group?: Node): void {
  const { nodes } = pass.operation;
  const { names } = pass.plan.depends(baseName(pass, node));
  if (group !== undefined || names.length === 0) {
    nodes.addChild(group ?? pass.boundary, node);
    return;
  }
  for (const name of names) {
    const dependency = taskNode(pass, name);
    for (const end of dependency === undefined ? [] : outboundNodes(dependency)) {
      nodes.addChild(end, node);
    }
  }
}

/** The task of a node, without an iteration's `(0:item)`. */
function baseName(pass: DagPass, node: Node): string {
  const name = node.name.slice(pass.boundary.name.length + 1);
  return pass.plan.tasks.some((task) => task.name === name) ? name : name.slice(0, name.indexOf('('));
}

/** What the tasks before this one returned. */
export function scopeOf({ operation, boundary, plan }: DagPass, name: string): Scope {
  const scope = createScope();
  for (const ancestor of plan.ancestors(name)) {
    const node = operation.nodes.get(`${boundary.name}.${ancestor}`);
    if (node?.type === 'TaskGroup') {
      const prefix = `${node.name}(`;
      const iterations = [...operation.nodes.all()].filter(
        (one) => one.boundary === boundary && one.name.startsWith(prefix),
      );
      addIterationsToScope(scope, `tasks.${ancestor}`, iterations);
    } else if (node !== undefined) {
      addNodeToScope(operation, scope, `tasks.${ancestor}`, node);
    }
  }
  return scope;
}
