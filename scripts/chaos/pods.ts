import type { DriverUnderTest } from './driver-under-test.js';
import type { AgentNode } from './restarting-agent.js';

/** The executors of tasks whose drivers have answered: KFP's launcher writes their ends into ML Metadata. */
export class Pods {
  readonly #launch: DriverUnderTest['launch'];
  readonly #onEnd: (node: AgentNode, succeeded: boolean) => void;
  #running = 0;
  #failure: unknown;

  constructor(launch: DriverUnderTest['launch'], onEnd: (node: AgentNode, succeeded: boolean) => void) {
    this.#launch = launch;
    this.#onEnd = onEnd;
  }

  /** True while there is more to come. Throws where a launcher had to give up. */
  get isBusy(): boolean {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    return this.#running > 0;
  }

  start(node: AgentNode, succeeds: boolean): void {
    this.#running += 1;
    const outputs = node.published?.outputs?.parameters ?? [];
    const id = outputs.find(({ name }) => name === 'execution-id')?.value ?? '';
    Promise.resolve(this.#launch?.(id, succeeds ? 'COMPLETE' : 'FAILED'))
      .then(() => this.#onEnd(node, succeeds))
      .catch((thrown: unknown) => {
        this.#failure = thrown;
      })
      .finally(() => {
        this.#running -= 1;
      });
  }
}
