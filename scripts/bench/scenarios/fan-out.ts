import { sidecarSettings } from '../../../src/sidecar/sidecar-settings.js';
import { containerArguments, templateBody } from '../../../test/support/templates.js';
import { RestartingAgent } from '../../chaos/restarting-agent.js';
import { token } from '../load/connection.js';
import type { Bench, Measure, Measurement, Scenario, Subject } from '../scenario.js';
import { names, sidecarBridge } from '../subjects/bridges.js';
import { programs } from '../subjects/programs.js';
import { startProcess } from '../subjects/started-process.js';

const ideal = 'ideal';
/** The most that the sidecar has at the driver at once. */
const atOnce = Number(sidecarSettings.maxConcurrentCalls.fallback);

interface Case {
  readonly tasks: number;
  readonly driverMs: number;
}

/**
 * Many tasks of one workflow at once, through Argo's agent as it is: 16 workers, its times unscaled. The ideal is
 * arithmetic: drivers in waves of MAX_CONCURRENT_CALLS, and nothing else.
 */
export const fanOut: Scenario = {
  name: 'fan-out',
  purpose: 'time from the first task to the last answer at the agent, by tasks and by what a driver takes',
  floor: ideal,
  rounds: (asked) => Math.ceil(asked / 5),
  prepare: async (bench) => {
    const cases = bench.isQuick
      ? [{ tasks: 200, driverMs: 50 }]
      : [200, 1000].flatMap((tasks) => [50, 1_000, 5_000].map((driverMs) => ({ tasks, driverMs })));
    return [
      { name: ideal, parts: cases.map((one) => async () => [makespan(one, idealMs(one))]) },
      await sidecarSubject(bench, cases),
    ];
  },
};

function idealMs({ tasks, driverMs }: Case): number {
  return Math.ceil(tasks / atOnce) * driverMs;
}

function makespan({ tasks, driverMs }: Case, value: number): Measurement {
  return {
    metric: `${tasks.toLocaleString('en-US')} tasks of ${driverMs / 1000} s`,
    unit: 's',
    value: value / 1000,
  };
}

async function sidecarSubject(bench: Bench, cases: readonly Case[]): Promise<Subject> {
  const times = [...new Set(cases.map(({ driverMs }) => driverMs))];
  const addresses = new Map<number, string>();
  for (const driverMs of times) {
    const driver = await startProcess([...programs.devDriver, '--port', '0', '--delay-ms', `${driverMs}`]);
    bench.closeLater(driver.stop);
    const sidecar = await sidecarBridge(bench, driver.address).start();
    bench.closeLater(sidecar.stop);
    addresses.set(driverMs, sidecar.address);
  }
  const measure =
    (one: Case): Measure =>
    async () => [makespan(one, await runAgent(addresses.get(one.driverMs) ?? '', one.tasks))];
  return { name: names.sidecar, parts: cases.map(measure) };
}

let workflows = 0;

async function runAgent(address: string, tasks: number): Promise<number> {
  workflows += 1;
  const agent = new RestartingAgent({ address, token, scale: 1, retries: 0 });
  const beganMs = performance.now();
  agent.start();
  for (let task = 0; task < tasks; task += 1) {
    agent.submit(`task-${task}`, bodyOf(`workflow-${workflows}`, task));
  }
  await agent.allFinal(600_000);
  agent.stop();
  const nodes = [...agent.nodes.values()];
  const failed = nodes.find(({ published }) => published?.phase !== 'Succeeded');
  if (failed !== undefined) {
    throw new Error(`${failed.name} did not succeed: ${failed.published?.message ?? 'no answer'}`);
  }
  return Math.max(...nodes.map(({ answeredMs }) => answeredMs ?? 0)) - beganMs;
}

/** Some 800 bytes, as a converted workflow's templates have: 1,000 of the usual ones do not fit into a task set. */
function bodyOf(workflow: string, task: number): string {
  const { type, pipeline_name, run_id, component, container } = containerArguments;
  const args = { type, pipeline_name, run_id, component, container };
  const { template } = templateBody({
    ...args,
    dag_execution_id: '0',
    task: '{}',
    task_name: `task-${task}`,
  });
  return JSON.stringify({
    workflow: { metadata: { name: workflow, namespace: 'kubeflow', uid: workflow } },
    template,
  });
}
