import { isFulfilled, type Node } from '../controller/node.js';
import type { WorkflowEnd } from '../controller/operate.js';
import type { Operation } from '../controller/operation.js';

/**
 * Ends a walk in which nothing can happen any more: marks what is unfinished as Error, with the reason for which Argo
 * would wait for ever.
 */
export function markHung(operation: Operation): WorkflowEnd {
  const reasons: string[] = [];
  const say = (node: Node, reason: string): void => {
    operation.nodes.mark(node, 'Error', reason);
    reasons.push(`${shortName(operation, node.name)}: ${reason}`);
  };
  for (const node of [...operation.nodes.all()]) {
    if (!isFulfilled(node) && node.type === 'Plugin') {
      const phase = JSON.stringify(node.phase);
      say(
        node,
        `Argo would wait for ever, because the plugin answered without a final phase (${phase}) or a requeue`,
      );
    }
  }
  for (const [name, tag] of operation.waiting) {
    say(waitingNode(operation, name), `Argo would wait for ever, because nothing resolves {{${tag}}}`);
  }
  for (const node of [...operation.nodes.all()]) {
    if (!isFulfilled(node)) {
      operation.nodes.mark(node, 'Error', node.message || 'Argo would wait here for ever');
    }
  }
  return {
    phase: 'Error',
    message: reasons.join('; ') || 'Argo would wait for ever: nothing is left to run',
  };
}

/** A task that never started has no node in Argo; here it gets one, so that the reason is shown at its place. */
function waitingNode(operation: Operation, name: string): Node {
  const existing = operation.nodes.get(name);
  if (existing !== undefined) {
    return existing;
  }
  const boundary = operation.nodes.get(name.slice(0, name.lastIndexOf('.')));
  const task = boundary?.template?.dag?.tasks.find((one) => `${boundary.name}.${one.name}` === name);
  const node = operation.nodes.add({
    name,
    type: 'Skipped',
    templateName: task?.template ?? '',
    boundary,
    phase: 'Pending',
  });
  if (boundary !== undefined) {
    operation.nodes.addChild(boundary, node);
  }
  return node;
}

function shortName({ workflow }: Operation, name: string): string {
  return name.slice(workflow.metadata.name.length);
}
