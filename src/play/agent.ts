import { setMaxListeners } from 'node:events';
import { callPlugin } from './call-plugin.js';
import type { Clock } from './clock.js';
import type { PostTemplate } from './plugin-client.js';
import type { NodeResult } from './plugin-reply.js';

const workers = 16;

const notExecuted: NodeResult = { phase: 'Failed', message: 'no plugin executed the template' };

/** One plugin task: its request body, and where to tell what happens to it. */
export interface AgentTask {
  readonly body: string;
  onPost(): void;
  /** A result to publish; `isAskedAgain` when the plugin wants the same template once more. */
  onResult(result: NodeResult | undefined, isAskedAgain: boolean): void;
}

/** Argo's agent for one workflow with one plugin: 16 calls at a time, requeues, a plugin muted by its first 404. */
export interface Agent {
  submit(task: AgentTask): void;
  /** Whether nothing is queued, called or going to be asked again. */
  isIdle(): boolean;
  stop(): void;
}

/** https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/executor/agent.go */
export function createAgent(post: PostTemplate, clock: Clock): Agent {
  const stopped = new AbortController();
  // Every task that waits to be asked again listens to it.
  setMaxListeners(0, stopped.signal);
  const queue: AgentTask[] = [];
  let calls = 0;
  let pauses = 0;
  let isMuted = false;

  const run = async (task: AgentTask): Promise<void> => {
    const { signal } = stopped;
    const outcome = isMuted
      ? { kind: 'not-found' as const }
      : await callPlugin(task.body, { post, clock, signal, onPost: task.onPost });
    isMuted ||= outcome.kind === 'not-found';
    calls -= 1;
    if (signal.aborted) {
      return;
    }
    if (outcome.kind === 'failed') {
      task.onResult({ phase: 'Failed', message: outcome.message }, false);
    } else if (outcome.kind === 'not-found' || outcome.reply.node === undefined) {
      task.onResult(notExecuted, false);
    } else {
      const { node, requeueMs } = outcome.reply;
      const isAskedAgain = requeueMs !== undefined && node.phase !== 'Succeeded';
      pauses += isAskedAgain ? 1 : 0;
      // An answer with an empty phase publishes nothing.
      task.onResult(node.phase === '' ? undefined : node, isAskedAgain);
      if (isAskedAgain) {
        void askAgain(task, requeueMs);
      }
    }
    startQueued();
  };

  const askAgain = async (task: AgentTask, requeueMs: number): Promise<void> => {
    await clock.sleep(requeueMs, stopped.signal);
    pauses -= 1;
    submit(task);
  };

  const startQueued = (): void => {
    while (calls < workers && !stopped.signal.aborted) {
      const task = queue.shift();
      if (task === undefined) {
        return;
      }
      calls += 1;
      void run(task);
    }
  };

  const submit = (task: AgentTask): void => {
    queue.push(task);
    startQueued();
  };

  return {
    submit,
    isIdle: () => calls === 0 && queue.length === 0 && pauses === 0,
    stop: () => stopped.abort(),
  };
}
