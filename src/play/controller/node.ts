import type { Outputs, Template } from '../../workflow/workflow.js';

export type NodePhase = 'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted';

export type NodeType =
  | 'Container'
  | 'DAG'
  | 'HTTP'
  | 'Plugin'
  | 'Pod'
  | 'Retry'
  | 'Skipped'
  | 'StepGroup'
  | 'Steps'
  | 'Suspend'
  | 'TaskGroup';

/** One node of Argo's workflow status. `name` begins with the workflow's own; ids are not kept, nodes are linked. */
export interface Node {
  readonly name: string;
  readonly displayName: string;
  readonly id: string;
  readonly type: NodeType;
  readonly templateName: string;
  readonly boundary: Node | undefined;
  readonly hooked: boolean;
  readonly retried: boolean;
  readonly startedAtMs: number;
  readonly children: Node[];
  outbound: readonly Node[];
  phase: string;
  message: string;
  finishedAtMs: number | undefined;
  outputs: Outputs | undefined;
  /** With its tags replaced; absent for nodes that never came to run a template. */
  template: Template | undefined;
  /** How often the plugin was POSTed this node's template. */
  attempts: number;
}

export function isFailedOrError({ phase }: Node): boolean {
  return phase === 'Failed' || phase === 'Error';
}

/** Ran to an end: Succeeded, Failed or Error. */
export function isCompleted(node: Node): boolean {
  return node.phase === 'Succeeded' || isFailedOrError(node);
}

/** Completed, or never going to run. */
export function isFulfilled(node: Node): boolean {
  return isCompleted(node) || node.phase === 'Skipped' || node.phase === 'Omitted';
}
