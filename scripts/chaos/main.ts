import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printExit, readCommand } from '../../src/common/command-line.js';
import { taskSetLimitBytes } from '../../src/common/task-set-size.js';
import { skipOf } from '../../test/support/metadata-stores.js';
import { type ChaosOptions, chaosProgram, chooseRuns } from './chaos-options.js';
import { describePlan } from './describe-plan.js';
import { createDevDriverUnderTest } from './dev-driver-under-test.js';
import type { DriverUnderTest } from './driver-under-test.js';
import { createDurableServerUnderTest } from './durable-server-under-test.js';
import { drawPlan } from './fault-plan.js';
import { measureSlowness } from './measure-slowness.js';
import { createReplicasUnderTest } from './replicas-under-test.js';
import { runPlan, workflowOf } from './run-plan.js';
import { runTrueTime } from './run-true-time.js';
import { createServerUnderTest } from './server-under-test.js';
import { type DurableTally, type Finding, type Tally, toJson } from './tally.js';

// Each program that was started listens to "exit".
process.setMaxListeners(0);
// So that "exit" comes, which ends what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(130));
}
const options = parseOrExit(process.argv.slice(2));
// Standard output belongs to the one JSON document.
const say = (text: string) => (options.json ? process.stderr : process.stdout).write(text);
if (options.runsSeed) {
  await runSeed(options, say);
}
if (options.runsTrueTime) {
  await runCases(say);
}

function parseOrExit(args: readonly string[]): ChaosOptions {
  const command = readCommand(chaosProgram, args, process.env);
  return command.kind === 'run' ? chooseRuns(command.options) : process.exit(printExit(command));
}

async function runSeed(options: ChaosOptions, say: (text: string) => void): Promise<void> {
  const { seed, tasks, json } = options;
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  const plan = drawPlan(seed, tasks, { replicas: options.replicas, isDurable: options.mlmd !== undefined });
  say(describePlan(plan));
  const skip = options.mlmd === undefined ? false : skipOf(options.mlmd);
  if (skip !== false) {
    say(`skipped: ${skip}\n`);
    return;
  }
  const slowness = await measureSlowness();
  say(`machine: ${slowness.toFixed(1)} times slower than an idle one; waits are longer by that\n`);
  const driver = await createDriver(options, folder, slowness);
  const outcome = await runPlan(plan, driver, { folder, slowness });
  say(describeOutcome(outcome));
  if (json) {
    process.stdout.write(`${JSON.stringify(toJson(outcome.tally))}\n`);
  }
  const { duplicates, lost, hung, largestTaskSetBytes } = outcome.tally;
  if (duplicates + lost + hung === 0 && largestTaskSetBytes <= taskSetLimitBytes) {
    return rm(folder, { recursive: true });
  }
  say(`the logs are in ${folder}\n`);
  process.exitCode = 1;
}

function createDriver(
  { driver, mlmd, seed, sigkill, replicas }: ChaosOptions,
  folder: string,
  slowness: number,
): Promise<DriverUnderTest> {
  if (driver === 'dev') {
    return createDevDriverUnderTest(folder, seed);
  }
  if (mlmd === undefined) {
    return createServerUnderTest(folder, sigkill);
  }
  return replicas === 2
    ? createReplicasUnderTest(folder, { kind: mlmd, slowness, workflow: workflowOf(seed) })
    : createDurableServerUnderTest(folder, mlmd, sigkill);
}

async function runCases(say: (text: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  say('true time: three minutes\n');
  const outcomes = await runTrueTime(folder);
  for (const { name, faults, times } of outcomes) {
    say(`${faults.length === 0 ? 'good' : 'BAD '}  ${name}: ${times}\n`);
    for (const fault of faults) {
      say(`      ${fault}\n`);
    }
  }
  if (outcomes.every(({ faults }) => faults.length === 0)) {
    return rm(folder, { recursive: true });
  }
  say(`the logs are in ${folder}\n`);
  process.exitCode = 1;
}

function describeOutcome({
  tally,
  findings,
}: {
  tally: Tally | DurableTally;
  findings: readonly Finding[];
}): string {
  const ledger =
    'voided' in tally
      ? `ML Metadata: voided ${tally.voided}, superseded ${tally.superseded}, replayed ${tally.replayed}${
          tally.holders === undefined ? '' : `; holders of the Lease, one after the other: ${tally.holders}`
        }\n`
      : '';
  const shown = findings.slice(0, 20).map(({ kind, task, text }) => `${kind}: ${task} ${text}\n`);
  const { tasks, executions, duplicates, lost, hung, failed, slowestMs, largestTaskSetBytes } = tally;
  return (
    `${shown.join('')}tasks ${tasks}, driver executions ${executions}, duplicates ${duplicates}, ` +
    `lost answers ${lost}, hung nodes ${hung}, failed ${failed}, slowest step ${slowestMs} ms, largest task set ${largestTaskSetBytes} bytes\n${ledger}`
  );
}
