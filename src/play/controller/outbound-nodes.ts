import type { Node } from './node.js';

/**
 * The nodes to which the next task is linked as a child.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (getOutboundNodes)
 */
export function outboundNodes(node: Node): Node[] {
  switch (node.type) {
    case 'Skipped':
    case 'Suspend':
    case 'HTTP':
    case 'Plugin':
      return [node];
    case 'Pod':
      return node.template?.containerSet === undefined ? [node] : ofChildren(node);
    case 'Container':
    case 'TaskGroup':
      return ofChildren(node);
    case 'Retry':
      return node.children.slice(-1);
    default:
      return node.outbound.flatMap(outboundNodes);
  }
}

function ofChildren(node: Node): Node[] {
  if (node.children.length === 0) {
    return [node];
  }
  return node.children.flatMap((child) =>
    node.type === 'Container' && node.boundary !== child.boundary ? [node] : outboundNodes(child),
  );
}
