import { forMs, runLoad } from '../load/run-load.js';
import { bodySizes, distinctTasks, repeatedTask, type TaskBodies } from '../load/task-bodies.js';
import { quantile } from '../report/statistics.js';
import { asAsked, type Bench, type Measurement, type Scenario, type Subject } from '../scenario.js';
import * as bridges from '../subjects/bridges.js';

/** As many as Argo's agent has workers. */
const connections = 16;

type BodiesOf = (bytes: number, connections: number) => TaskBodies;

/** What a bridge takes for tasks that nobody has sent before. */
export const throughput: Scenario = {
  name: 'throughput',
  purpose: `distinct tasks over ${connections} connections, by the size of the body`,
  floor: bridges.names.expressGrpc,
  rounds: asAsked,
  prepare: (bench) => prepareLoad(bench, ['2 KB', '8 KB', '100 KB', '1 MB'], distinctTasks),
};

/** The same for tasks that were answered before: only the sidecar knows them again. */
export const repeats: Scenario = {
  ...throughput,
  name: 'repeats',
  purpose: `the same task again, byte for byte, over ${connections} connections`,
  prepare: (bench) => prepareLoad(bench, ['8 KB', '1 MB'], repeatedTask),
};

async function prepareLoad(
  bench: Bench,
  sizes: readonly (keyof typeof bodySizes)[],
  bodiesOf: BodiesOf,
): Promise<readonly Subject[]> {
  const measured = bench.isQuick ? sizes.filter((size) => size === '8 KB' || size === '1 MB') : sizes;
  const times = bench.isQuick ? { warmUpMs: 300, durationMs: 800 } : { warmUpMs: 5_000, durationMs: 3_000 };
  const driver = await bridges.startAnsweringDriver(bench);
  const measuredBridges = [
    ...(await bridges.drivingBridges(bench, driver)),
    bridges.adminSidecarBridge(bench, driver, bridges.loadSettings),
  ];
  return Promise.all(measuredBridges.map((bridge) => toSubject(bench, bridge, measured, bodiesOf, times)));
}

async function toSubject(
  bench: Bench,
  { name, start }: bridges.Bridge,
  sizes: readonly (keyof typeof bodySizes)[],
  bodiesOf: BodiesOf,
  { warmUpMs, durationMs }: { readonly warmUpMs: number; readonly durationMs: number },
): Promise<Subject> {
  const bridge = await start();
  bench.closeLater(bridge.stop);
  const measureSize = async (size: keyof typeof bodySizes): Promise<readonly Measurement[]> => {
    const load = { address: bridge.address, connections, bodies: bodiesOf(bodySizes[size], connections) };
    // The code is compiled by what runs, and the heap takes its size by it: requests a second double in the first five seconds.
    await runLoad({ ...load, goesOn: forMs(warmUpMs) });
    const before = bridge.cpuMs();
    const { requests, elapsedMs, latenciesMs } = await runLoad({ ...load, goesOn: forMs(durationMs) });
    const cpuMs = bridge.cpuMs() - before;
    return [
      { metric: `${size}: requests`, unit: '/s', value: (1000 * requests) / elapsedMs },
      { metric: `${size}: CPU per request`, unit: 'µs', value: (1000 * cpuMs) / requests },
      { metric: `${size}: p50`, unit: 'ms', value: quantile(latenciesMs, 0.5) },
      { metric: `${size}: p99`, unit: 'ms', value: quantile(latenciesMs, 0.99) },
    ];
  };
  return { name, parts: sizes.map((size) => () => measureSize(size)) };
}
