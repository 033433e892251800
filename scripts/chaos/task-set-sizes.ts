import type { NodeResult } from '../../src/play/agent/plugin-reply.js';

/** What stands around a task: its id in two maps. */
const aroundBytes = 60;

/**
 * Adds up what Argo's task set object takes: pending templates, and results from their patch on; the controller takes
 * both out while the next patch is on its way, so that they count until that has been.
 */
export class TaskSetSizes {
  readonly #templates = new Map<string, number>();
  readonly #results = new Map<string, number>();
  #taken: string[] = [];
  #patched: string[] = [];
  /** The most that the object ever took, in bytes. */
  largest = 0;

  add(name: string, body: string): void {
    this.#templates.set(name, aroundBytes + Buffer.byteLength(JSON.stringify(JSON.parse(body).template)));
  }

  patch(name: string, result: NodeResult): void {
    this.#results.set(name, aroundBytes + Buffer.byteLength(JSON.stringify(result)));
    this.#patched.push(name);
  }

  endPatch(): void {
    const sum = (bytes: Iterable<number>) => [...bytes].reduce((total, each) => total + each, 0);
    this.largest = Math.max(this.largest, sum(this.#templates.values()) + sum(this.#results.values()));
    for (const name of this.#taken) {
      this.#results.delete(name);
      this.#templates.delete(name);
    }
    this.#taken = this.#patched;
    this.#patched = [];
  }
}
