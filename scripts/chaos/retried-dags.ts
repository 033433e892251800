import { kfpRetries, type PlannedTask } from './fault-plan.js';
import type { AgentNode, RestartingAgent } from './restarting-agent.js';
import { taskBody } from './task-body.js';

const tasksPerDag = 3;

/** One DAG as Argo sees it. */
interface Dag {
  attempt: number;
  /** Of the attempt: nodes that have not come to their end. */
  readonly open: Set<string>;
  /** Whether one of them has failed. */
  hasFailed: boolean;
  readonly indices: number[];
}

/**
 * Tasks in DAGs that Argo retries as KFP has it: when a node or its pod has failed for good, and all others of the DAG
 * have ended, the whole DAG is started again as "x(1)", with the same templates under other node names, whose tasks must
 * be driven anew. https://argo-workflows.readthedocs.io/en/latest/walk-through/dag/ (failFast)
 */
export class RetriedDags {
  readonly #workflow: string;
  readonly #tasks: readonly PlannedTask[];
  readonly #parentId: string | undefined;
  readonly #dags = new Map<number, Dag>();

  constructor(workflow: string, tasks: readonly PlannedTask[], parentId?: string) {
    this.#workflow = workflow;
    this.#tasks = tasks;
    this.#parentId = parentId;
  }

  submit(agent: RestartingAgent, index: number): void {
    const number = Math.floor(index / tasksPerDag);
    const dag = this.#dags.get(number) ?? { attempt: 0, open: new Set(), hasFailed: false, indices: [] };
    this.#dags.set(number, dag);
    dag.indices.push(index);
    this.#submit(agent, number, index, dag);
  }

  /** Whether the pod of a node that has Succeeded does so too: the plan says in which attempts it fails. */
  podSucceeds({ name }: AgentNode): boolean {
    const { attempt, index } = placeOf(name);
    return attempt >= (this.#tasks[index]?.podFailures ?? 0);
  }

  /** Of a node without a pod that fails, or of its pod. */
  nodeEnded(agent: RestartingAgent, { name }: AgentNode, succeeded: boolean): void {
    const { number } = placeOf(name);
    const dag = this.#dags.get(number);
    if (dag === undefined) {
      return;
    }
    dag.open.delete(name);
    dag.hasFailed ||= !succeeded;
    if (dag.open.size > 0 || !dag.hasFailed || dag.attempt === kfpRetries) {
      return;
    }
    for (const node of agent.nodes.values()) {
      node.isReplaced ||= placeOf(node.name).number === number;
    }
    dag.attempt += 1;
    dag.hasFailed = false;
    for (const index of dag.indices) {
      this.#submit(agent, number, index, dag);
    }
  }

  #submit(agent: RestartingAgent, number: number, index: number, { attempt, open }: Dag): void {
    const node = `dag-${number}(${attempt}).task-${index}`;
    open.add(node);
    const padding = this.#tasks[index]?.padding ?? 0;
    // The task's name in the journal tells the nodes apart, where there is no ML Metadata; the rest is equal, byte for byte.
    const task = this.#parentId === undefined ? node : `task-${index}`;
    agent.submit(node, taskBody(this.#workflow, task, padding, { node, parentId: this.#parentId }));
  }
}

function placeOf(node: string) {
  const [, number, attempt, index] = /^dag-(\d+)\((\d+)\)\.task-(\d+)$/.exec(node) ?? [];
  return { number: Number(number), attempt: Number(attempt), index: Number(index) };
}
