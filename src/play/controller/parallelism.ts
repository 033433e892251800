import type { Template } from '../workflow/workflow.js';
import type { Node } from './node.js';
import type { Operation } from './operation.js';

/**
 * Whether a node must wait because its parent runs as many children as its template's `parallelism` allows. Plugin
 * nodes start regardless of their number but wait for the others, as in Argo.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (checkParallelism)
 */
export function isParallelismReached(
  operation: Operation,
  template: Template,
  node: Node | undefined,
  boundary: Node | undefined,
): boolean {
  const own = template.parallelism;
  const isGroup = template.dag !== undefined || template.steps !== undefined;
  if (node !== undefined && isGroup && own !== undefined && countActive(operation, node, ['Pod']) >= own) {
    return true;
  }
  const limit = boundary?.template?.parallelism;
  const isActive = node?.phase === 'Pending' || node?.phase === 'Running';
  if (boundary === undefined || limit === undefined || isActive) {
    return false;
  }
  return countActive(operation, boundary, ['Pod', 'Steps', 'DAG']) >= limit;
}

function countActive(operation: Operation, boundary: Node, types: readonly Node['type'][]): number {
  let active = 0;
  for (const node of operation.nodes.all()) {
    const isActive = node.phase === 'Pending' || node.phase === 'Running';
    if (node.boundary === boundary && isActive && types.includes(node.type)) {
      active += 1;
    }
  }
  return active;
}
