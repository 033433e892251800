import { setTimeout as sleep } from 'node:timers/promises';
import { applyFaults } from './apply-fault.js';
import type { DriverUnderTest } from './driver-under-test.js';
import { type Plan, scale } from './fault-plan.js';
import { Pods } from './pods.js';
import type { AgentNode, RestartingAgent } from './restarting-agent.js';
import { RetriedDags } from './retried-dags.js';
import { setStage } from './stage.js';
import { type Finding, type Tally, tally, withDurableEnd } from './tally.js';
import { taskBody } from './task-body.js';

/** On an idle machine: nothing of a plan that goes on keeps every node from its end for so long. */
const generousMs = 60_000;

/** The times of a plan, and the wait at its end, are this much longer at the most. */
const slowestPace = 3;
const mostPatience = 8;

/** What the agent's attempts at one POST take when each fails at once: it gives the node up after the fifth. */
const fiveAttemptsMs = 18_000 * scale;

/** Name and uid of a plan's workflow. */
export const workflowOf = (seed: number): string => `chaos-${seed}`;

/**
 * Carries a plan out with real processes and sockets, and counts what came of it. `folder` keeps their logs, `slowness`
 * is the machine's.
 */
export async function runPlan(
  plan: Plan,
  driver: DriverUnderTest,
  { folder, slowness }: { readonly folder: string; readonly slowness: number },
): Promise<{ readonly tally: Tally; readonly findings: readonly Finding[] }> {
  const dags = new RetriedDags(workflowOf(plan.seed), plan.tasks, driver.parentId);
  const inDags = plan.shape === 'dags';
  const onPodEnd = (node: AgentNode, succeeded: boolean) =>
    inDags && dags.nodeEnded(stage.agent, node, succeeded);
  const pods = new Pods(driver.launch, onPodEnd);
  const onEnd = (node: AgentNode) => {
    if (node.published?.phase === 'Succeeded') {
      pods.start(node, !inDags || dags.podSucceeds(node));
    } else {
      onPodEnd(node, false);
    }
  };
  const stage = await setStage({ ...plan, driver, scale, folder, onEnd });
  try {
    const beganMs = performance.now();
    // So that faults happen while tasks run, who wait for the machine.
    const pace = Math.min(slowness, slowestPace);
    // All of them, so that no lane starts anything after the stage is closed.
    const ends = await Promise.allSettled([
      submitTasks({ plan, agent: stage.agent, dags, parentId: driver.parentId }, { beganMs, pace }),
      applyFaults(stage, plan.driverLane, { beganMs, pace, restMs: 0 }),
      applyFaults(stage, plan.agentLane, { beganMs, pace, restMs: fiveAttemptsMs }),
    ]);
    for (const end of ends) {
      if (end.status === 'rejected') {
        throw end.reason;
      }
    }
    await stage.agent.allFinal(generousMs * Math.min(slowness, mostPatience), () => pods.isBusy);
  } catch (thrown) {
    // What fails because of it says less.
    await stage.close().catch(() => {});
    throw thrown;
  }
  await stage.close();
  const { nodes, sizes } = stage.agent;
  const outcome = tally(plan.seed, [...nodes.values()], await driver.executions(), sizes.largest);
  const end = await driver.durableEnd?.();
  return end === undefined ? outcome : withDurableEnd(outcome, end);
}

interface SubmitParts {
  readonly plan: Plan;
  readonly agent: RestartingAgent;
  readonly dags: RetriedDags;
  readonly parentId: string | undefined;
}

async function submitTasks(
  { plan, agent, dags, parentId }: SubmitParts,
  { beganMs, pace }: { readonly beganMs: number; readonly pace: number },
): Promise<void> {
  const { seed, tasks, shape } = plan;
  const inOrder = [...tasks.entries()].sort(([, left], [, right]) => left.atMs - right.atMs);
  for (const [index, { atMs, padding }] of inOrder) {
    await sleep(Math.max(0, beganMs + pace * atMs - performance.now()));
    const name = `task-${index}`;
    if (shape === 'dags') {
      dags.submit(agent, index);
    } else {
      agent.submit(name, taskBody(workflowOf(seed), name, padding, { parentId }));
    }
  }
}
