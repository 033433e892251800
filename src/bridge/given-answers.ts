/** An answer that Argo's agent has, with its template, until the controller has taken both out of the task set. */
interface GivenAnswer {
  readonly bytes: number;
  readonly givenMs: number;
}

/** Before anything was seen an answer counts for at least so many patch intervals. */
const unseenIntervals = 6;
/** One until the patch, and one for the controller. */
const leastIntervals = 2;
/**
 * Of the slowest that was seen, because a controller grows slower with its workflow. With 3,000 nodes, on a machine that
 * had more to do than it could, cycles took 15 s, and later 60 s.
 */
const ofSlowest = 2;
/** The first task of a DAG may have waited for other things than the controller: for a place, or for an approval. */
const mostOfSlowestMs = 600_000;
/** What was seen tells nothing of a workflow that has grown more than so many times since. */
const comparableGrowth = 2;
/** How long the slowest one that was seen counts. */
const slowestIntervals = 12;
/** The agent takes results from its workers in nearly the order in which they got them. */
const orderIntervals = 0.25;
const leastOrderMs = 1_000;
/** Executions whose tasks are waited for; the oldest is forgotten. */
const mostExecutions = 2_000;

/**
 * The answers on their way through Argo's task set, in their order, and how long each counts. What the controller has
 * taken up shows in two ways. A task that names its DAG's execution came out of the answer that told it: the controller
 * has taken that one up, and so all that the agent had before it, because the agent patches them in their order and the
 * controller takes out of the object what it has read before it puts in what follows
 * (https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/taskset.go). And what nothing follows counts
 * for twice as long as the slowest of those has lately taken, in a workflow of about that size.
 */
export class GivenAnswers {
  readonly #intervalMs: number;
  readonly #unseenMs: number;
  readonly #given = new Map<string, GivenAnswer>();
  /** Answers by the execution that they told, until a task of that execution has come. */
  readonly #untilFirstTask = new Map<string, { readonly key: string; readonly givenMs: number }>();
  #slowest: { readonly ms: number; readonly seenMs: number } | undefined;
  #tasks = 0;
  /** Tasks that there were when the last of those was seen. */
  #tasksThen = 0;
  #totalBytes = 0;

  constructor({ intervalMs, takeUpMs }: { readonly intervalMs: number; readonly takeUpMs: number }) {
    this.#intervalMs = intervalMs;
    this.#unseenMs = Math.max(takeUpMs, unseenIntervals * intervalMs);
  }

  /** Counts an answer from now on, with the execution of a DAG that it tells. */
  give(key: string, bytes: number, nowMs: number, executionId: string | undefined): void {
    this.#remove(key);
    this.#given.set(key, { bytes, givenMs: nowMs });
    this.#totalBytes += bytes;
    if (executionId === undefined) {
      return;
    }
    this.#untilFirstTask.set(executionId, { key, givenMs: nowMs });
    const [oldest] = this.#untilFirstTask.keys();
    if (oldest !== undefined && this.#untilFirstTask.size > mostExecutions) {
      this.#untilFirstTask.delete(oldest);
    }
  }

  /** Notes that a new task has come, which stands in the DAG of that execution. */
  noteTask(executionId: string | undefined, nowMs: number): void {
    this.#tasks += 1;
    if (executionId !== undefined) {
      this.#noteTaskOf(executionId, nowMs);
    }
  }

  #noteTaskOf(executionId: string, nowMs: number): void {
    const told = this.#untilFirstTask.get(executionId);
    if (told === undefined) {
      return;
    }
    this.#untilFirstTask.delete(executionId);
    this.#learn(nowMs - told.givenMs, nowMs);
    this.#remove(told.key);
    this.#removeUntil(told.givenMs - Math.max(leastOrderMs, orderIntervals * this.#intervalMs));
  }

  has(key: string): boolean {
    return this.#given.has(key);
  }

  get entries(): number {
    return this.#given.size;
  }

  /** Bytes of all; moments only grow. */
  total(nowMs: number): number {
    this.#removeUntil(nowMs - this.#takeUpMs());
    return this.#totalBytes;
  }

  /** When the first of them stops to count, at the latest; undefined without any. */
  firstExpiryMs(): number | undefined {
    const [first] = this.#given.values();
    return first === undefined ? undefined : first.givenMs + this.#takeUpMs();
  }

  #takeUpMs(): number {
    const slowest = this.#slowest;
    const leastMs = leastIntervals * this.#intervalMs;
    const slowestMs = Math.min(mostOfSlowestMs, ofSlowest * (slowest?.ms ?? 0));
    const seenMs = Math.max(leastMs, slowestMs);
    const isComparable = slowest !== undefined && this.#tasks <= comparableGrowth * this.#tasksThen;
    return isComparable ? seenMs : Math.max(seenMs, this.#unseenMs);
  }

  #learn(ms: number, nowMs: number): void {
    const slowest = this.#slowest;
    this.#tasksThen = this.#tasks;
    if (
      slowest === undefined ||
      ms >= slowest.ms ||
      nowMs - slowest.seenMs > slowestIntervals * this.#intervalMs
    ) {
      this.#slowest = { ms, seenMs: nowMs };
    }
  }

  #removeUntil(givenMs: number): void {
    for (const [key, answer] of this.#given) {
      if (answer.givenMs > givenMs) {
        return;
      }
      this.#remove(key);
    }
  }

  #remove(key: string): void {
    this.#totalBytes -= this.#given.get(key)?.bytes ?? 0;
    this.#given.delete(key);
  }
}
