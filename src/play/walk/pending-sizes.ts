import { pendingTaskBytes } from '../../common/task-set-size.js';
import { goJson } from '../../workflow/go-text.js';
import { isFulfilled, type Node } from '../controller/node.js';

/** What the plugin templates that wait for an answer weigh together: in Argo they all stand in one object. */
export interface PendingSizes {
  add(node: Node): void;
  /** Weighs this moment. */
  measure(): void;
  largest(): number;
}

export function createPendingSizes(): PendingSizes {
  const bytesOf = new Map<Node, number>();
  let largest = 0;
  return {
    add: (node) => bytesOf.set(node, pendingTaskBytes(Buffer.byteLength(goJson(node.template ?? {})))),
    measure: () => {
      let total = 0;
      for (const [node, bytes] of bytesOf) {
        if (isFulfilled(node)) {
          bytesOf.delete(node);
        } else {
          total += bytes;
        }
      }
      largest = Math.max(largest, total);
    },
    largest: () => largest,
  };
}
