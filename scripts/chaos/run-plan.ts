import { setTimeout as sleep } from 'node:timers/promises';
import { startTcpProxy } from '../../test/support/tcp-proxy.js';
import { containerArguments, templateBody } from '../../test/support/templates.js';
import { applyFaults, type Stage } from './apply-fault.js';
import type { DriverUnderTest } from './driver-under-test.js';
import { type Plan, scale } from './fault-plan.js';
import { RestartingAgent } from './restarting-agent.js';
import { createSidecarProcess } from './sidecar-process.js';
import { type Finding, type Tally, tally } from './tally.js';

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
  const stage = await setStage(plan, driver, folder);
  try {
    const beganMs = performance.now();
    await Promise.all([
      submitTasks(plan, stage.agent, beganMs),
      applyFaults(stage, plan.driverLane, { beganMs, restMs: 0 }),
      applyFaults(stage, plan.agentLane, { beganMs, restMs: fiveAttemptsMs }),
    ]);
    await allFinal(stage.agent);
  } finally {
    stage.agent.stop();
    await Promise.all([stage.sidecar.end('SIGKILL'), driver.drain()]);
    await Promise.all([...stage.driverProxies, stage.agentProxy].map((proxy) => proxy.close()));
  }
  return tally(plan.seed, [...stage.agent.nodes.values()], await driver.executions());
}

async function setStage(plan: Plan, driver: DriverUnderTest, folder: string): Promise<Stage> {
  const [left, right] = driver.ports;
  const driverProxies = [await startTcpProxy(left), await startTcpProxy(right)] as const;
  const sidecar = await createSidecarProcess(folder, {
    DRIVER_HOST: `ipv4:${driverProxies.map(({ address }) => address).join()}`,
    ...plan.settings,
  });
  const agentProxy = await startTcpProxy(sidecar.port);
  await Promise.all([driver.start(0, plan.temper), sidecar.start()]);
  const agent = new RestartingAgent({
    address: `http://${agentProxy.address}`,
    token: sidecar.token,
    scale,
    retries: plan.retries,
  });
  agent.start();
  return { driver, driverProxies, sidecar, agentProxy, agent };
}

async function submitTasks({ seed, tasks }: Plan, agent: RestartingAgent, beganMs: number): Promise<void> {
  const inOrder = [...tasks.entries()].sort(([, left], [, right]) => left.atMs - right.atMs);
  for (const [index, { atMs, padding }] of inOrder) {
    await sleep(Math.max(0, beganMs + atMs - performance.now()));
    const name = `task-${index}`;
    agent.submit(name, bodyOf(seed, name, padding));
  }
}

/** dag_execution_id 0: the driver knows parents, and these tasks have none. */
function bodyOf(seed: number, name: string, padding: number): string {
  const container = JSON.stringify({ image: 'python:3.11', args: ['x'.repeat(padding)] });
  const { template } = templateBody({
    ...containerArguments,
    dag_execution_id: '0',
    task_name: name,
    container,
  });
  const metadata = { name: `chaos-${seed}`, namespace: 'kubeflow', uid: `chaos-${seed}` };
  return JSON.stringify({ workflow: { metadata }, template });
}

async function allFinal(agent: RestartingAgent): Promise<void> {
  const endMs = performance.now() + generousMs;
  const open = () => [...agent.nodes.values()].some(({ published }) => published === undefined);
  while (open() && performance.now() < endMs) await sleep(100);
}
