import type { Clock } from '../../common/clock.js';
import { isFulfilled, type Node, type NodePhase, type NodeType } from './node.js';
import { nodeId } from './node-id.js';

export interface NewNode {
  readonly name: string;
  readonly type: NodeType;
  readonly templateName: string;
  readonly boundary: Node | undefined;
  readonly phase: NodePhase;
  readonly message?: string;
  readonly hooked?: boolean;
  readonly retried?: boolean;
}

/** All nodes of one workflow, in the order of their creation; every change is told to `onChange`. */
export interface NodeTree {
  all(): IterableIterator<Node>;
  get(name: string): Node | undefined;
  add(node: NewNode): Node;
  addChild(parent: Node, child: Node): void;
  /** Without a message the node keeps the one it has. */
  mark(node: Node, phase: string, message?: string): Node;
}

export function createNodeTree(workflowName: string, clock: Clock, onChange: (node: Node) => void): NodeTree {
  const nodes = new Map<string, Node>();
  const childrenOf = new WeakMap<Node, Set<Node>>();
  return {
    all: () => nodes.values(),
    get: (name) => nodes.get(name),
    add: (input) => {
      const node = newNode(input, workflowName, clock.nowMs());
      nodes.set(node.name, node);
      onChange(node);
      return node;
    },
    addChild: (parent, child) => {
      const known = childrenOf.get(parent) ?? new Set();
      childrenOf.set(parent, known);
      if (!known.has(child)) {
        known.add(child);
        parent.children.push(child);
      }
    },
    mark: (node, phase, message = node.message) => {
      if (node.phase === phase && node.message === message) {
        return node;
      }
      node.phase = phase;
      node.message = message;
      if (isFulfilled(node)) {
        node.finishedAtMs ??= clock.nowMs();
      }
      onChange(node);
      return node;
    },
  };
}

function newNode(input: NewNode, workflowName: string, nowMs: number): Node {
  const { hooked = false, retried = false, message = '', boundary, name } = input;
  const node: Node = {
    ...input,
    displayName: boundary === undefined ? name : displayName(name, boundary.name),
    id: nodeId(workflowName, name),
    hooked,
    retried,
    message,
    startedAtMs: nowMs,
    children: [],
    outbound: [],
    finishedAtMs: undefined,
    outputs: undefined,
    template: undefined,
    attempts: 0,
  };
  node.finishedAtMs = isFulfilled(node) ? nowMs : undefined;
  return node;
}

function displayName(name: string, boundaryName: string): string {
  return name.slice(name.startsWith(boundaryName) ? boundaryName.length : 0).replace(/^(\[\d+\])?\./, '');
}
