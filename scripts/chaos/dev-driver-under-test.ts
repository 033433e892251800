import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.js';
import { type ChildProgram, startChildProgram } from './child-program.js';
import type { DriverTemper, DriverUnderTest, Execution, SeenCall } from './driver-under-test.js';

/** The dev-driver, whose ids file outlives it. */
export async function createDevDriverUnderTest(folder: string, seed: number): Promise<DriverUnderTest> {
  const idsFile = join(folder, 'ids.jsonl');
  const logFile = join(folder, 'dev-driver.log');
  const ports = [await freePort(), await freePort()] as const;
  let running: ChildProgram | undefined;
  let starts = 0;
  const end = async (signal: NodeJS.Signals) => {
    await running?.end(signal);
    running = undefined;
  };
  return {
    ports,
    start: async (place, temper) => {
      starts += 1;
      running = await startChildProgram({
        program: 'src/main.js',
        args: [
          'dev-driver',
          ...['--port', `${ports[place]}`, '--ids-file', idsFile, '--grace-ms', '1000'],
          // Another seed at each start, or every process would fail the same calls.
          ...['--seed', `${(seed * 1_000 + starts) % 2 ** 32}`, ...toFlags(temper)],
        ],
        logFile,
      });
    },
    kill: () => end('SIGKILL'),
    drain: () => end('SIGTERM'),
    endAll: () => end('SIGTERM'),
    executions: async () => (existsSync(idsFile) ? readExecutions(idsFile) : []),
    calls: async () => readCalls(logFile),
  };
}

function toFlags(temper: DriverTemper): string[] {
  const { delay, status, probability, failFirst = 0, retryInfoMs, loseAnswers } = temper;
  return [
    ...['--delay-ms', delay, '--status', status, '--probability', `${probability}`],
    ...['--fail-first', `${failFirst}`],
    ...(retryInfoMs === undefined ? [] : ['--retry-info-ms', `${retryInfoMs}`]),
    ...['--lose-answers', `${loseAnswers}`],
  ];
}

/** A torn last line, left by a killed process, is a drive that never was. */
function readExecutions(idsFile: string): Execution[] {
  const lines = readFileSync(idsFile, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const { task, requestId, response } = JSON.parse(line);
    return { task, requestId, executionId: String(response.execution_id ?? response.task_id) };
  });
}

/** The log has one of these lines for each call that has ended. */
const callLines: readonly string[] = ['drove', 'did not drive', 'failed a call, as asked'];

function readCalls(logFile: string): SeenCall[] {
  const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1);
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ message }) => callLines.includes(message))
    .map(({ requestId, timestamp, ms = 0 }) => ({ requestId, arrivedMs: Date.parse(timestamp) - ms }));
}
