import type { Node } from './node.js';
import type { Operation } from './operation.js';

/**
 * Whether a node must wait because its parent runs as many children as its template's `parallelism` allows. Plugin
 * nodes start regardless of their number but wait for the others, as in Argo. A template that waits for its own pods
 * needs no check: pods are not run here and never outlive a pass.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (checkParallelism)
 */
export function isParallelismReached(
  operation: Operation,
  node: Node | undefined,
  boundary: Node | undefined,
): boolean {
  const limit = boundary?.template?.parallelism;
  if (limit === undefined || (node !== undefined && isActive(node))) {
    return false;
  }
  let active = 0;
  for (const one of operation.nodes.all()) {
    if (one.boundary === boundary && isActive(one) && ['Pod', 'Steps', 'DAG'].includes(one.type)) {
      active += 1;
    }
  }
  return active >= limit;
}

function isActive({ phase }: Node): boolean {
  return phase === 'Pending' || phase === 'Running';
}
