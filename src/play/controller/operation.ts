import type { Clock } from '../../common/clock.js';
import type { Arguments, Template, Workflow } from '../../workflow/workflow.js';
import type { GlobalParameters } from '../expressions/global-parameters.js';
import type { Node } from './node.js';
import type { NodeTree } from './node-tree.js';

/** What one walk keeps between two passes over the workflow. Argo calls it wfOperationCtx. */
export interface Operation {
  readonly workflow: Workflow;
  readonly templates: ReadonlyMap<string, Template>;
  readonly nodes: NodeTree;
  readonly globals: GlobalParameters;
  readonly clock: Clock;
  /** Plugin nodes whose template the agent has still to be given. */
  readonly newPluginNodes: Node[];
  /** Nodes of templates that are not run here; they succeed at the next pass. */
  readonly unrunNodes: Node[];
  /** Tasks that cannot start because of a reference that nothing resolves (yet): node name to reason. */
  readonly waiting: Map<string, string>;
  /** Asks for another pass after a while. */
  wakeAfter(durationMs: number): void;
  depth: number;
}

/** A call of a template: by a DAG task, a step or a hook. */
export interface TemplateUse {
  readonly nodeName: string;
  readonly templateName: string;
  readonly arguments: Arguments;
  readonly caller: { readonly kind: 'tasks' | 'steps'; readonly name: string };
  readonly boundary: Node | undefined;
  readonly hooked?: boolean;
}

/** `held`: not started for now (parallelism, recursion). `error`: Argo's text; the node, if any, is marked already. */
export type TemplateOutcome =
  | { readonly kind: 'node'; readonly node: Node }
  | { readonly kind: 'held' }
  | { readonly kind: 'error'; readonly error: string };
