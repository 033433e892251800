import { setMaxListeners } from 'node:events';
import { createAgent } from './agent.js';
import { type Clock, systemClock } from './clock.js';
import { createGlobalParameters } from './global-parameters.js';
import { goJson } from './go-text.js';
import { markHung } from './hang.js';
import { isFulfilled, type Node } from './node.js';
import { createNodeTree } from './node-tree.js';
import { operate, type WorkflowEnd } from './operate.js';
import type { Operation } from './operation.js';
import { createPendingSizes } from './pending-sizes.js';
import type { PostTemplate } from './plugin-client.js';
import type { NodeResult } from './plugin-reply.js';
import { prepareTemplates } from './prepare-templates.js';
import { substitute } from './replace-tags.js';
import type { Workflow } from './workflow.js';

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
  const clock = options.clock ?? systemClock;
  const startedAtMs = clock.nowMs();
  const wake = createWake(clock, options.signal);
  const operation = createOperation(original, clock, wake.after, options.onNode ?? (() => undefined));
  const agent = createAgent(options.post, clock);
  const sizes = createPendingSizes();
  let posts = 0;
  const submit = (node: Node): void => {
    sizes.add(node);
    agent.submit({
      body: requestBody(operation.workflow, node),
      onPost: () => {
        posts += 1;
        node.attempts += 1;
      },
      onResult: (result) => {
        publish(operation, node, result);
        wake.now();
      },
    });
  };
  let end: WorkflowEnd | undefined;
  for (;;) {
    end = operate(operation);
    for (const node of operation.newPluginNodes.splice(0)) {
      submit(node);
    }
    sizes.measure();
    if (end !== undefined || options.signal?.aborted) {
      break;
    }
    if (operation.unrunNodes.length > 0) {
      continue;
    }
    if (agent.isIdle() && wake.isIdle()) {
      end = markHung(operation);
      break;
    }
    await wake.next();
  }
  agent.stop();
  wake.stop();
  const nodes = [...operation.nodes.all()];
  const interrupted: WorkflowEnd = { phase: 'Error', message: 'interrupted' };
  const durationMs = clock.nowMs() - startedAtMs;
  return { ...(end ?? interrupted), nodes, posts, pendingBytes: sizes.largest(), durationMs };
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

function requestBody({ metadata }: Workflow, { template }: Node): string {
  const { name, namespace, uid } = metadata;
  return goJson({ workflow: { metadata: { name, namespace, uid } }, template });
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

interface Wake {
  now(): void;
  after(durationMs: number): void;
  next(): Promise<void>;
  isIdle(): boolean;
  stop(): void;
}

/** One waiter, woken by whatever happens first since it last looked. */
function createWake(clock: Clock, outer: AbortSignal | undefined): Wake {
  const stopped = new AbortController();
  setMaxListeners(0, stopped.signal);
  let alarms = 0;
  let hasEvent = false;
  let resume = (): void => undefined;
  const now = (): void => {
    hasEvent = true;
    resume();
  };
  outer?.addEventListener('abort', now);
  return {
    now,
    after: (durationMs) => {
      alarms += 1;
      void clock.sleep(durationMs, stopped.signal).then(() => {
        alarms -= 1;
        now();
      });
    },
    next: async () => {
      if (!hasEvent) {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
      hasEvent = false;
    },
    isIdle: () => alarms === 0,
    stop: () => {
      stopped.abort();
      outer?.removeEventListener('abort', now);
    },
  };
}
