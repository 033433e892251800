import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { forMs, runLoad } from '../load/run-load.js';
import type { SmallRequests } from '../load/small-requests.js';
import { bodySizes, distinctTasks } from '../load/task-bodies.js';
import { quantile } from '../report/statistics.js';
import { asAsked, type Bench, type Measure, type Scenario, type Subject } from '../scenario.js';
import { type Bridge, drivingBridges, names, startAnsweringDriver } from '../subjects/bridges.js';
import { startWatched } from '../subjects/event-loop-delay.js';

/** Connections that send 1 MB bodies, one after the other, without a pause. */
const largeConnections = 2;

/** How long a small request may have to wait behind large ones. */
export const eventLoop: Scenario = {
  name: 'event-loop',
  purpose: 'small requests (2 KB, one every 5 ms) while 1 MB bodies flow over two connections, and alone',
  floor: names.expressGrpc,
  rounds: asAsked,
  prepare: async (bench) => {
    const bridges = await drivingBridges(bench, await startAnsweringDriver(bench));
    return Promise.all(bridges.map((bridge) => toSubject(bench, bridge)));
  },
};

async function toSubject(bench: Bench, { name, start }: Bridge): Promise<Subject> {
  const bridge = await startWatched(bench.folder, start);
  bench.closeLater(bridge.stop);
  const load = {
    address: bridge.address,
    connections: largeConnections,
    bodies: distinctTasks(bodySizes['1 MB'], largeConnections),
  };
  const durationMs = bench.isQuick ? 1_000 : 4_000;
  await runLoad({ ...load, goesOn: forMs(durationMs / 2) });
  const alone: Measure = async () => {
    const latencies = await askDuring(bridge.address, durationMs);
    return [{ metric: 'alone: longest', unit: 'ms', value: Math.max(...latencies) }];
  };
  const behindLarge: Measure = async () => {
    const small = askDuring(bridge.address, durationMs);
    await bridge.longestDelayMs();
    const { requests, elapsedMs } = await runLoad({ ...load, goesOn: forMs(durationMs) });
    const latencies = await small;
    const longestDelayMs = await bridge.longestDelayMs();
    return [
      ...(longestDelayMs === undefined
        ? []
        : [{ metric: 'behind 1 MB: event loop blocked, at most', unit: 'ms', value: longestDelayMs }]),
      { metric: 'behind 1 MB: p50', unit: 'ms', value: quantile(latencies, 0.5) },
      { metric: 'behind 1 MB: p99', unit: 'ms', value: quantile(latencies, 0.99) },
      { metric: 'behind 1 MB: longest', unit: 'ms', value: Math.max(...latencies) },
      { metric: '1 MB bodies', unit: '/s', value: (1000 * requests) / elapsedMs },
    ];
  };
  return { name, parts: [alone, behindLarge] };
}

/** From a thread of its own: the one that sends large bodies is busy, and would measure itself. */
async function askDuring(address: string, durationMs: number): Promise<readonly number[]> {
  const workerData: SmallRequests = { address, durationMs };
  const worker = new Worker(new URL('../load/small-requests.js', import.meta.url), { workerData });
  const [latencies] = await once(worker, 'message');
  await worker.terminate();
  return latencies;
}
