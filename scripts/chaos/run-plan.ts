import { setTimeout as sleep } from 'node:timers/promises';
import { applyFaults } from './apply-fault.js';
import type { DriverUnderTest } from './driver-under-test.js';
import { type Plan, scale } from './fault-plan.js';
import type { RestartingAgent } from './restarting-agent.js';
import { setStage } from './stage.js';
import { type Finding, type Tally, tally } from './tally.js';
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
  const stage = await setStage({ ...plan, driver, scale, folder });
  try {
    const beganMs = performance.now();
    // All of them, so that no lane starts anything after the stage is closed.
    const ends = await Promise.allSettled([
      submitTasks(plan, stage.agent, beganMs),
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
  return tally(plan.seed, [...stage.agent.nodes.values()], await driver.executions());
}

async function submitTasks({ seed, tasks }: Plan, agent: RestartingAgent, beganMs: number): Promise<void> {
  const inOrder = [...tasks.entries()].sort(([, left], [, right]) => left.atMs - right.atMs);
  for (const [index, { atMs, padding }] of inOrder) {
    await sleep(Math.max(0, beganMs + atMs - performance.now()));
    const name = `task-${index}`;
    agent.submit(name, taskBody(`chaos-${seed}`, name, padding));
  }
}
