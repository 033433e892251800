import { kfpRetries } from './fault-plan.js';
import type { AgentNode, RestartingAgent } from './restarting-agent.js';
import { taskBody } from './task-body.js';

const tasksPerDag = 3;

/**
 * Tasks in DAGs that Argo retries as KFP has it: when a node has failed for good, the whole DAG is started again as
 * "x(1)", with the same templates under other node names, whose tasks must be driven anew.
 */
export class RetriedDags {
  readonly #workflow: string;
  readonly #attempts = new Map<number, number>();
  readonly #paddings = new Map<number, number>();

  readonly #parentId: string | undefined;

  constructor(workflow: string, parentId?: string) {
    this.#workflow = workflow;
    this.#parentId = parentId;
  }

  submit(agent: RestartingAgent, index: number, padding: number): void {
    this.#paddings.set(index, padding);
    this.#submit(agent, index, this.#attempts.get(dagOf(index)) ?? 0);
  }

  /** True if the DAG was started again in the node's place. */
  onFailed(agent: RestartingAgent, { name }: AgentNode): boolean {
    const [, dagText, attemptText] = /^dag-(\d+)\((\d+)\)/.exec(name) ?? [];
    const [dag, failed] = [Number(dagText), Number(attemptText)];
    const current = this.#attempts.get(dag) ?? 0;
    if (failed < current) {
      return true;
    }
    if (failed >= kfpRetries) {
      return false;
    }
    this.#attempts.set(dag, failed + 1);
    for (let index = dag * tasksPerDag; index < (dag + 1) * tasksPerDag; index += 1) {
      if (this.#paddings.has(index)) {
        this.#submit(agent, index, failed + 1);
      }
    }
    return true;
  }

  #submit(agent: RestartingAgent, index: number, attempt: number): void {
    const node = `dag-${dagOf(index)}(${attempt}).task-${index}`;
    const padding = this.#paddings.get(index) ?? 0;
    // The task's name in the journal tells the nodes apart, where there is no ML Metadata; the rest is equal, byte for byte.
    const task = this.#parentId === undefined ? node : `task-${index}`;
    agent.submit(node, taskBody(this.#workflow, task, padding, { node, parentId: this.#parentId }));
  }
}

const dagOf = (index: number) => Math.floor(index / tasksPerDag);
