import { isFulfilled, type Node } from '../controller/node.js';

/** A node at its place in the tree; `prefix` is the lines that lead to it. */
export interface TreeRow {
  readonly prefix: string;
  readonly node: Node;
  /** Nodes below it that are not shown. */
  readonly folded: number;
}

/** The nodes of a workflow as the rows of a tree, by the template that each one belongs to, in the order given. */
export function treeRows(nodes: Iterable<Node>, isFolded: (node: Node) => boolean = () => false): TreeRow[] {
  const childrenOf = new Map<Node | undefined, Node[]>();
  for (const node of nodes) {
    const siblings = childrenOf.get(node.boundary);
    if (siblings === undefined) {
      childrenOf.set(node.boundary, [node]);
    } else {
      siblings.push(node);
    }
  }
  const count = (node: Node): number =>
    (childrenOf.get(node) ?? []).reduce((sum, child) => sum + 1 + count(child), 0);
  const rows: TreeRow[] = [];
  const add = (node: Node, lead: string, branch: string, below: string): void => {
    const folded = isFolded(node) ? count(node) : 0;
    rows.push({ prefix: lead + branch, node, folded });
    const children = folded > 0 ? [] : (childrenOf.get(node) ?? []);
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1;
      add(child, lead + below, isLast ? '└─ ' : '├─ ', isLast ? '   ' : '│  ');
    }
  };
  for (const root of childrenOf.get(undefined) ?? []) {
    add(root, '', '', '');
  }
  return rows;
}

/** True for nodes with nodes of their own, all of which have ended. */
export function isEndedGroup(node: Node): boolean {
  return isGroup(node) && isFulfilled(node);
}

/** True for nodes that hold others. */
export function isGroup({ type }: Node): boolean {
  return ['DAG', 'Steps', 'StepGroup', 'TaskGroup', 'Retry'].includes(type);
}
