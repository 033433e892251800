import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { quantile } from '../report/statistics.js';
import { asAsked, type Bench, type Measure, type Scenario, type Subject } from '../scenario.js';
import { createServerClient, nextRequest, startMetadata, startServer } from '../subjects/driver-server.js';
import { lightDriver } from '../subjects/programs.js';

const bare = 'bare program';
/** What KFP's program takes when it runs alone: docs/driver-server.md. */
const sleepMs = 50;
/** As the server chooses: a driver waits half of its time for ML Metadata. */
const maxPrograms = 2 * availableParallelism();

/** What a ledger of its own adds to the server is a further subject with other settings. */
const ledgers: Readonly<Record<string, Readonly<Record<string, string>>>> = { memory: {} };

/** A drive by the server beside the program that it runs. */
export const server: Scenario = {
  name: 'server',
  purpose: `drives of a program that sleeps ${sleepMs} ms, by how many at a time (MAX_PROGRAMS is ${maxPrograms})`,
  floor: bare,
  rounds: asAsked,
  prepare: async (bench) => {
    const metadataPort = await startMetadata(bench);
    const atATime = [1, maxPrograms / 2, maxPrograms].filter((count, at, all) => all.indexOf(count) === at);
    const drives = bench.isQuick ? 10 : 40;
    const program = () => runProgram(bench.folder);
    const subjects = Object.entries(ledgers).map(([ledger, env]) =>
      serverSubject(bench, `server, ledger ${ledger}`, atATime, drives, () =>
        startServer(bench, metadataPort, { sleepMs, env: { MAX_PROGRAMS: `${maxPrograms}`, ...env } }),
      ),
    );
    const floor: Subject = {
      name: bare,
      parts: atATime.map((count) => async () => toFigures(count, await drive(count, drives, program))),
    };
    return [floor, ...(await Promise.all(subjects))];
  },
};

async function serverSubject(
  bench: Bench,
  name: string,
  atATime: readonly number[],
  drives: number,
  start: () => ReturnType<typeof startServer>,
): Promise<Subject> {
  const started = await start();
  bench.closeLater(started.stop);
  const client = createServerClient(started.address);
  bench.closeLater(client.close);
  const execute = () => client.execute(nextRequest());
  const measure =
    (count: number): Measure =>
    async () => {
      const before = { own: started.cpuMs(), programs: started.childrenCpuMs() };
      const run = await drive(count, drives, execute);
      return [
        ...toFigures(count, run),
        {
          metric: `${count} at a time: CPU of the server per drive`,
          unit: 'ms',
          value: (started.cpuMs() - before.own) / run.latenciesMs.length,
        },
      ];
    };
  return { name, parts: atATime.map(measure) };
}

interface Run {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
}

function toFigures(count: number, { latenciesMs, elapsedMs }: Run) {
  return [
    { metric: `${count} at a time: p50`, unit: 'ms', value: quantile(latenciesMs, 0.5) },
    { metric: `${count} at a time: p99`, unit: 'ms', value: quantile(latenciesMs, 0.99) },
    { metric: `${count} at a time: drives`, unit: '/s', value: (1000 * latenciesMs.length) / elapsedMs },
  ];
}

/** So many at a time, each so often. */
async function drive(count: number, drives: number, once: () => Promise<void>): Promise<Run> {
  const latenciesMs: number[] = [];
  const beganMs = performance.now();
  const work = async () => {
    for (let run = 0; run < drives; run += 1) {
      const startedMs = performance.now();
      await once();
      latenciesMs.push(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: count }, work));
  return { latenciesMs, elapsedMs: performance.now() - beganMs };
}

let programs = 0;

function runProgram(folder: string): Promise<void> {
  programs += 1;
  const outputs = ['execution_id', 'iteration_count', 'condition'].map(
    (name) => `--${name}_path=${join(folder, `${name}-${programs % 64}`)}`,
  );
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], FAKE_DRIVER_SLEEP_SECONDS: `${sleepMs / 1000}` };
    spawn(lightDriver, ['--type=ROOT_DAG', ...outputs], { stdio: 'ignore', env })
      .once('error', reject)
      .once('close', () => resolve());
  });
}
