import { setTimeout as delay } from 'node:timers/promises';
import { agentPatchIntervalMs, agentPostTimeoutMs } from '../../src/common/argo-agent.js';
import { type Clock, systemClock } from '../../src/common/clock.js';
import { type Agent, createAgent } from '../../src/play/agent/agent.js';
import { createPluginClient, type PluginClient } from '../../src/play/agent/plugin-client.js';
import type { NodeResult } from '../../src/play/agent/plugin-reply.js';
import { TaskSetSizes } from './task-set-sizes.js';

export interface RestartingAgentOptions {
  readonly address: string;
  readonly token: string;
  /** All waits of Argo's agent and controller are multiplied by it. */
  readonly scale: number;
  /** Retries of the template's retryStrategy. */
  readonly retries: number;
  /** Told of a node once the controller knows its end: it Succeeded, or has no retry left. */
  readonly onEnd?: (node: AgentNode) => void;
}

/** A node as the agent and the controller know it. */
export interface AgentNode {
  readonly name: string;
  readonly body: string;
  readonly submittedMs: number;
  retriesLeft: number;
  /** What the agent knows and has not patched yet: a restart forgets it. */
  unpatched: NodeResult | undefined;
  /** What the controller knows. Absent while the node is not final, or waits for its retry. */
  published: NodeResult | undefined;
  waitsForRetry: boolean;
  /** When the agent got the final answer. */
  answeredMs: number | undefined;
  /** True where the DAG around it was started again, so that another node stands for it. */
  isReplaced: boolean;
}

const patchMs = agentPatchIntervalMs;
const postTimeoutMs = agentPostTimeoutMs;
/** A retry's POST comes 9 to 21 s after the answer; the patch takes its part of that. */
const retryMs = 8_000;
const final: readonly string[] = ['Succeeded', 'Failed', 'Error'];

/**
 * Argo's agent with what surrounds it: results reach the controller with the next patch, a restart aborts the POSTs
 * in flight, forgets what was not patched and POSTs every task again, and a node that failed is retried with the
 * same body. https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/executor/agent.go
 */
export class RestartingAgent {
  readonly nodes = new Map<string, AgentNode>();
  /** What the task set of these nodes takes. */
  readonly sizes = new TaskSetSizes();
  readonly #options: RestartingAgentOptions;
  readonly #clock: Clock;
  #running:
    | { readonly agent: Agent; readonly client: PluginClient; readonly patches: NodeJS.Timeout }
    | undefined;

  constructor(options: RestartingAgentOptions) {
    this.#options = options;
    this.#clock = {
      nowMs: systemClock.nowMs,
      after: (delayMs, callback) => systemClock.after(delayMs * options.scale, callback),
    };
  }

  start(): void {
    const { address, token, scale } = this.#options;
    const client = createPluginClient({ address, token, timeoutMs: postTimeoutMs * scale });
    const agent = createAgent(client.post, this.#clock, () => {});
    const patches = setInterval(() => this.#patch(), patchMs * scale);
    this.#running = { agent, client, patches };
    for (const node of this.nodes.values()) {
      this.#ask(node);
    }
  }

  stop(): void {
    if (this.#running === undefined) {
      return;
    }
    const { agent, client, patches } = this.#running;
    this.#running = undefined;
    agent.stop();
    client.close();
    clearInterval(patches);
    for (const node of this.nodes.values()) {
      node.unpatched = undefined;
    }
  }

  submit(name: string, body: string): void {
    const node: AgentNode = {
      name,
      body,
      submittedMs: performance.now(),
      retriesLeft: this.#options.retries,
      unpatched: undefined,
      published: undefined,
      waitsForRetry: false,
      answeredMs: undefined,
      isReplaced: false,
    };
    this.nodes.set(name, node);
    this.sizes.add(name, body);
    this.#ask(node);
  }

  /** Waits until the controller knows the end of every node and nothing is busy, at most so long after the last end of a node. */
  async allFinal(patienceMs: number, isBusy: () => boolean = () => false): Promise<void> {
    const countOpen = () =>
      [...this.nodes.values()].filter(({ published }) => published === undefined).length;
    let [ends, changedMs] = [0, performance.now()];
    while ((countOpen() > 0 || isBusy()) && performance.now() < changedMs + patienceMs) {
      await delay(100);
      const endsNow = this.nodes.size - countOpen();
      if (endsNow !== ends) {
        [ends, changedMs] = [endsNow, performance.now()];
      }
    }
  }

  #ask(node: AgentNode): void {
    if (node.published !== undefined || node.waitsForRetry) {
      return;
    }
    this.#running?.agent.submit({
      body: node.body,
      onPost: () => {},
      onResult: (result) => {
        if (result === undefined || !final.includes(result.phase)) {
          return;
        }
        node.unpatched = result;
        node.answeredMs = performance.now();
      },
    });
  }

  #patch(): void {
    for (const node of this.nodes.values()) {
      const result = node.unpatched;
      if (result === undefined) {
        continue;
      }
      node.unpatched = undefined;
      this.sizes.patch(node.name, result);
      if (result.phase !== 'Succeeded' && node.retriesLeft > 0) {
        this.#retry(node);
      } else {
        node.published = result;
        this.#options.onEnd?.(node);
      }
    }
    this.sizes.endPatch();
  }

  #retry(node: AgentNode): void {
    node.retriesLeft -= 1;
    node.waitsForRetry = true;
    setTimeout(() => {
      node.waitsForRetry = false;
      this.#ask(node);
    }, retryMs * this.#options.scale);
  }
}
