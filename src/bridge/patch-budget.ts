export interface PatchBudgetOptions {
  /** How often Argo's agent patches its results into the one object that holds a workflow's task set. */
  readonly intervalMs: number;
  /** Bytes of final answers within one interval. */
  readonly maxBytes: number;
  readonly nowMs: () => number;
}

/** How long a place in the queue outlives the moment for which its owner was asked to come back. */
const patienceMs = 15_000;

/**
 * Spreads final answers over the agent's patches. All results of one patch go through one object, which etcd takes
 * up to 1.5 MB: a larger patch turns every node in it into Error. So the answers within any one interval stay under
 * a budget, and who comes later waits in a queue, so that a large answer is not passed for ever by small ones.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/executor/agent.go
 */
export class PatchBudget {
  readonly #options: PatchBudgetOptions;
  #spent: { readonly atMs: number; readonly bytes: number }[] = [];
  readonly #queue = new Map<string, { readonly bytes: number; readonly untilMs: number }>();

  constructor(options: PatchBudgetOptions) {
    this.#options = options;
  }

  /** 0: the answer may go now, and is counted. Else the milliseconds after which to ask again. */
  ask(key: string, bytes: number): number {
    const nowMs = this.#options.nowMs();
    this.#prune(nowMs);
    const ahead = this.#bytesAhead(key);
    const free = this.#options.maxBytes - this.#spentBytes() - ahead;
    // What is larger than the whole budget goes alone: refusing it is the caller's business.
    if (bytes <= free || (this.#spent.length === 0 && ahead === 0)) {
      this.#queue.delete(key);
      this.#spent.push({ atMs: nowMs, bytes });
      return 0;
    }
    const waitMs = this.#waitMs(bytes + ahead, nowMs);
    this.#queue.set(key, { bytes, untilMs: nowMs + waitMs + patienceMs });
    return waitMs;
  }

  #prune(nowMs: number): void {
    this.#spent = this.#spent.filter(({ atMs }) => atMs + this.#options.intervalMs > nowMs);
    for (const [key, { untilMs }] of this.#queue) {
      if (untilMs < nowMs) {
        this.#queue.delete(key);
      }
    }
  }

  #spentBytes(): number {
    return this.#spent.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #bytesAhead(key: string): number {
    let ahead = 0;
    for (const [other, { bytes }] of this.#queue) {
      if (other === key) {
        break;
      }
      ahead += bytes;
    }
    return ahead;
  }

  /** Until enough of what was spent is an interval old; one interval more for each budget that waits ahead. */
  #waitMs(needed: number, nowMs: number): number {
    const { intervalMs, maxBytes } = this.#options;
    const intervalsAhead = Math.floor(needed / (maxBytes + 1));
    let toFree = this.#spentBytes() + (needed % (maxBytes + 1)) - maxBytes;
    for (const { atMs, bytes } of this.#spent) {
      toFree -= bytes;
      if (toFree <= 0) {
        return atMs + intervalMs - nowMs + intervalsAhead * intervalMs;
      }
    }
    return (intervalsAhead + 1) * intervalMs;
  }
}
