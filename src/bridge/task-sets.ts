import { TaskSet, type TaskSetOptions } from './task-set.js';

/** Most workflows at a time. An agent pod has one; more come only where a sidecar is shared, as in tests. */
const mostWorkflows = 1_000;

/** The task sets of workflows by their uid. */
export class TaskSets {
  readonly #options: TaskSetOptions;
  readonly #taskSets = new Map<string, TaskSet>();

  constructor(options: TaskSetOptions) {
    this.#options = options;
  }

  /** Bytes of the largest of them, by their model. */
  largestBytes(): number {
    return Math.max(0, ...[...this.#taskSets.values()].map((taskSet) => taskSet.usedBytes()));
  }

  of(uid: string): TaskSet {
    const known = this.#taskSets.get(uid);
    if (known !== undefined) {
      return known;
    }
    const [oldest] = this.#taskSets.keys();
    if (oldest !== undefined && this.#taskSets.size >= mostWorkflows) {
      this.#taskSets.delete(oldest);
    }
    const taskSet = new TaskSet(this.#options);
    this.#taskSets.set(uid, taskSet);
    return taskSet;
  }
}
