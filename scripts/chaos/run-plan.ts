import { setTimeout as sleep } from 'node:timers/promises';
import { applyFaults } from './apply-fault.js';
import type { DriverUnderTest } from './driver-under-test.js';
import { type Plan, scale } from './fault-plan.js';
import type { AgentNode, RestartingAgent } from './restarting-agent.js';
import { RetriedDags } from './retried-dags.js';
import { setStage } from './stage.js';
import { type Finding, type Tally, tally, withDurableEnd } from './tally.js';
import { taskBody } from './task-body.js';

/** How long nodes may take to become final once the last fault is over. */
const generousMs = 60_000;

/** What the agent's attempts at one POST take when each fails at once: it gives the node up after the fifth. */
const fiveAttemptsMs = 18_000 * scale;

/** Carries a plan out with real processes and sockets, and counts what came of it. `folder` keeps their logs. */
export async function runPlan(
  plan: Plan,
  driver: DriverUnderTest,
  folder: string,
): Promise<{ readonly tally: Tally; readonly findings: readonly Finding[] }> {
  const dags = new RetriedDags(`chaos-${plan.seed}`, driver.parentId);
  const onFailed = (node: AgentNode) => plan.shape === 'dags' && dags.onFailed(stage.agent, node);
  const stage = await setStage({ ...plan, driver, scale, folder, onFailed });
  try {
    const beganMs = performance.now();
    // All of them, so that no lane starts anything after the stage is closed.
    const ends = await Promise.allSettled([
      submitTasks(plan, stage.agent, dags, beganMs, driver.parentId),
      applyFaults(stage, plan.driverLane, { beganMs, restMs: 0 }),
      applyFaults(stage, plan.agentLane, { beganMs, restMs: fiveAttemptsMs }),
    ]);
    for (const end of ends) {
      if (end.status === 'rejected') {
        throw end.reason;
      }
    }
    await stage.agent.allFinal(generousMs);
  } finally {
    await stage.close();
  }
  const { nodes, sizes } = stage.agent;
  const outcome = tally(plan.seed, [...nodes.values()], await driver.executions(), sizes.largest);
  const end = await driver.durableEnd?.();
  return end === undefined ? outcome : withDurableEnd(outcome, end);
}

async function submitTasks(
  { seed, tasks, shape }: Plan,
  agent: RestartingAgent,
  dags: RetriedDags,
  beganMs: number,
  parentId: string | undefined,
): Promise<void> {
  const inOrder = [...tasks.entries()].sort(([, left], [, right]) => left.atMs - right.atMs);
  for (const [index, { atMs, padding }] of inOrder) {
    await sleep(Math.max(0, beganMs + atMs - performance.now()));
    const name = `task-${index}`;
    if (shape === 'dags') {
      dags.submit(agent, index, padding);
    } else {
      agent.submit(name, taskBody(`chaos-${seed}`, name, padding, { parentId }));
    }
  }
}
