import { type Clock, systemClock } from '../../common/clock.js';
import { goJson } from '../../workflow/go-text.js';
import type { Workflow } from '../../workflow/workflow.js';
import { type AgentTask, createAgent } from '../agent/agent.js';
import type { PostTemplate } from '../agent/plugin-client.js';
import type { NodeResult } from '../agent/plugin-reply.js';
import { isFulfilled, type Node } from '../controller/node.js';
import { createNodeTree } from '../controller/node-tree.js';
import { operate, type WorkflowEnd } from '../controller/operate.js';
import type { Operation } from '../controller/operation.js';
import { createGlobalParameters } from '../expressions/global-parameters.js';
import { substitute } from '../expressions/replace-tags.js';
import { prepareTemplates } from '../prepare/prepare-templates.js';
import { markHung } from './mark-hung.js';
import { createPendingSizes } from './pending-sizes.js';
import { createWake } from './wake.js';

export interface WalkOptions {
  readonly post: PostTemplate;
  readonly clock?: Clock;
  /** Told of every node that is new or changed. */
  onNode?(node: Node): void;
  /** Ends the walk early: the workflow's phase is then Error. */
  readonly signal?: AbortSignal;
}

export interface Walk extends WorkflowEnd {
  readonly nodes: readonly Node[];
  readonly posts: number;
  /** The plugin templates that were pending at one moment, together, at their largest. */
  readonly pendingBytes: number;
  readonly durationMs: number;
}

/**
 * Walks a workflow as Argo's controller and agent do, from its entrypoint to its exit handler. Plugin templates are
 * POSTed; nothing else is run. Where Argo would wait for ever the walk ends in Error and says why.
 */
export async function walkWorkflow(original: Workflow, options: WalkOptions): Promise<Walk> {
  const { clock = systemClock, signal, onNode = () => undefined } = options;
  const startedAtMs = clock.nowMs();
  const wake = createWake(clock, signal);
  const operation = createOperation(original, clock, wake.after, onNode);
  const agent = createAgent(options.post, clock, wake.now);
  const sizes = createPendingSizes();
  const step = (): WorkflowEnd | undefined => {
    const end = operate(operation);
    for (const node of operation.newPluginNodes.splice(0)) {
      sizes.add(node);
      agent.submit(agentTask(operation, node, wake.now));
    }
    sizes.measure();
    const canGoOn = operation.unrunNodes.length > 0 || !agent.isIdle() || !wake.isIdle();
    return end ?? (canGoOn ? undefined : markHung(operation));
  };
  let end: WorkflowEnd | undefined;
  try {
    end = step();
    while (end === undefined && signal?.aborted !== true) {
      if (operation.unrunNodes.length === 0) {
        await wake.next();
      }
      end = step();
    }
  } finally {
    agent.stop();
    wake.stop();
  }
  const nodes = [...operation.nodes.all()];
  return {
    ...(end ?? { phase: 'Error', message: 'interrupted' }),
    nodes,
    posts: nodes.reduce((sum, { attempts }) => sum + attempts, 0),
    pendingBytes: sizes.largest(),
    durationMs: clock.nowMs() - startedAtMs,
  };
}

function agentTask(operation: Operation, node: Node, wake: () => void): AgentTask {
  const { name, namespace, uid } = operation.workflow.metadata;
  return {
    body: goJson({ workflow: { metadata: { name, namespace, uid } }, template: node.template }),
    onPost: () => {
      node.attempts += 1;
    },
    onResult: (result) => {
      publish(operation, node, result);
      wake();
    },
  };
}

function createOperation(
  original: Workflow,
  clock: Clock,
  wakeAfter: (durationMs: number) => void,
  onNode: (node: Node) => void,
): Operation {
  const globals = createGlobalParameters(original);
  // Argo replaces the workflow's own variables throughout the spec before anything else.
  const workflow = { ...original, spec: substitute(original.spec, globals.lookup) };
  return {
    workflow,
    templates: prepareTemplates(workflow.spec),
    nodes: createNodeTree(workflow.metadata.name, clock, onNode),
    globals,
    clock,
    newPluginNodes: [],
    unrunNodes: [],
    waiting: new Map(),
    wakeAfter,
    depth: 0,
  };
}

/** Results are merged into what was published before: what a reply leaves out stays as it was. */
function publish({ nodes, clock }: Operation, node: Node, result: NodeResult | undefined): void {
  if (result === undefined) {
    return;
  }
  const { phase, message, outputs } = result;
  if (outputs !== undefined) {
    node.outputs = { parameters: [], ...node.outputs, ...outputs };
  }
  if (isFulfilled(node)) {
    node.finishedAtMs = clock.nowMs();
  }
  nodes.mark(node, phase, message);
}
