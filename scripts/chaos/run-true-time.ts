import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createDevDriverUnderTest } from './dev-driver-under-test.js';
import { type Stage, setStage } from './stage.js';
import { tally } from './tally.js';
import { taskBody } from './task-body.js';
import { type TrueTimeCase, trueTimeCases } from './true-time-cases.js';

/** The longest case, its answer's wait for a requeue, and the patch. */
const generousMs = 240_000;

export interface TrueTimeOutcome {
  readonly name: string;
  readonly faults: readonly string[];
  readonly times: string;
}

/** Runs all cases side by side, each with processes of its own, and judges them. */
export async function runTrueTime(folder: string): Promise<TrueTimeOutcome[]> {
  // Started before any of them begins, so that no start disturbs a case that is measured.
  const stages = await Promise.all(
    trueTimeCases.map((trueTimeCase, index) => start(trueTimeCase, join(folder, `${index}`))),
  );
  try {
    return await Promise.all(stages.map(([trueTimeCase, stage]) => run(trueTimeCase, stage)));
  } finally {
    await Promise.all(stages.map(([, stage]) => stage.close()));
  }
}

async function start(trueTimeCase: TrueTimeCase, folder: string): Promise<readonly [TrueTimeCase, Stage]> {
  await mkdir(folder);
  const driver = await createDevDriverUnderTest(folder, 1);
  return [trueTimeCase, await setStage({ ...trueTimeCase, driver, scale: 1, retries: 0, folder })];
}

async function run(trueTimeCase: TrueTimeCase, stage: Stage): Promise<TrueTimeOutcome> {
  const { name, tasks, meanwhile } = trueTimeCase;
  const beganMs = Date.now();
  for (let index = 0; index < tasks; index += 1) {
    stage.agent.submit(`task-${index}`, taskBody('true-time', `task-${index}`));
  }
  await Promise.all([stage.agent.allFinal(generousMs), meanwhile?.(stage)]);
  const calls = await stage.driver.calls();
  const nodes = [...stage.agent.nodes.values()];
  const { tally: counts, findings } = tally(1, nodes, await stage.driver.executions());
  const reachedMs = Math.max(...calls.map(({ arrivedMs }) => arrivedMs)) - beganMs;
  const facts = { calls: calls.length, reachedMs, answeredMs: counts.slowestMs };
  const requestIds = new Set(calls.map(({ requestId }) => requestId)).size;
  return {
    name,
    faults: [
      ...findings.map(({ kind, task, text }) => `${kind}: ${task} ${text}`),
      ...(counts.executions === tasks ? [] : [`${counts.executions} executions of ${tasks} tasks`]),
      ...(requestIds === tasks ? [] : [`${requestIds} request_ids for ${tasks} tasks`]),
      ...judge(trueTimeCase, facts),
    ],
    times:
      `${tasks} tasks, ${calls.length} calls, last call at the driver after ${seconds(reachedMs)}, ` +
      `last answer after ${seconds(counts.slowestMs)}`,
  };
}

function judge(
  { calls = Number.NaN, reachedWithinMs = Infinity, answeredWithinMs = Infinity }: TrueTimeCase,
  facts: { readonly calls: number; readonly reachedMs: number; readonly answeredMs: number },
): string[] {
  return [
    ...(Number.isNaN(calls) || facts.calls === calls ? [] : [`${facts.calls} calls instead of ${calls}`]),
    ...(facts.reachedMs <= reachedWithinMs
      ? []
      : [`the last call took more than ${seconds(reachedWithinMs)}`]),
    ...(facts.answeredMs <= answeredWithinMs
      ? []
      : [`the last answer took more than ${seconds(answeredWithinMs)}`]),
  ];
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
