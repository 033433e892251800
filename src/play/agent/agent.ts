import { type Clock, sleep } from '../../common/clock.js';
import { type CallOutcome, callPlugin } from './call-plugin.js';
import type { PostTemplate } from './plugin-client.js';
import type { NodeResult } from './plugin-reply.js';
import { createWorkerPool } from './worker-pool.js';

const workers = 16;

const notExecuted: NodeResult = { phase: 'Failed', message: 'no plugin executed the template' };

/** One plugin task: its request body, and where to tell what happens to it. */
export interface AgentTask {
  readonly body: string;
  onPost(): void;
  /** A result to publish; undefined when the plugin said nothing about the node yet. */
  onResult(result: NodeResult | undefined): void;
}

/** Argo's agent for one workflow with one plugin: 16 calls at a time, requeues, a plugin muted by its first 404. */
export interface Agent {
  submit(task: AgentTask): void;
  /** Whether nothing is queued, called or going to be asked again. */
  isIdle(): boolean;
  stop(): void;
}

/**
 * `onIdle` is called whenever the last of the workers has nothing left to do.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/executor/agent.go
 */
export function createAgent(post: PostTemplate, clock: Clock, onIdle: () => void): Agent {
  const stopped = new AbortController();
  const { signal } = stopped;
  let pauses = 0;
  let isMuted = false;

  const call = async (task: AgentTask): Promise<void> => {
    const outcome: CallOutcome = isMuted
      ? { kind: 'not-found' }
      : await callPlugin(task.body, { post, clock, signal, onPost: task.onPost });
    isMuted ||= outcome.kind === 'not-found';
    if (!signal.aborted) {
      const { result, requeueMs } = judge(outcome);
      void askAgain(task, requeueMs);
      task.onResult(result);
    }
  };
  const pool = createWorkerPool(workers, call, onIdle);
  const askAgain = async (task: AgentTask, requeueMs: number | undefined): Promise<void> => {
    if (requeueMs === undefined) {
      return;
    }
    pauses += 1;
    await sleep(clock, requeueMs, signal);
    pauses -= 1;
    if (!signal.aborted) {
      pool.submit(task);
    }
  };
  return {
    submit: pool.submit,
    isIdle: () => pool.isIdle() && pauses === 0,
    stop: () => stopped.abort(),
  };
}

interface Judgement {
  /** Absent: an answer with an empty phase, which publishes nothing. */
  readonly result: NodeResult | undefined;
  readonly requeueMs: number | undefined;
}

function judge(outcome: CallOutcome): Judgement {
  if (outcome.kind === 'failed') {
    return { result: { phase: 'Failed', message: outcome.message }, requeueMs: undefined };
  }
  if (outcome.kind === 'not-found' || outcome.reply.node === undefined) {
    return { result: notExecuted, requeueMs: undefined };
  }
  const { node, requeueMs } = outcome.reply;
  return {
    result: node.phase === '' ? undefined : node,
    requeueMs: node.phase === 'Succeeded' ? undefined : requeueMs,
  };
}
