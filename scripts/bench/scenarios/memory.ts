import { setTimeout as delay } from 'node:timers/promises';
import { runLoad } from '../load/run-load.js';
import { bodySizes, distinctTasks } from '../load/task-bodies.js';
import type { Bench, Measure, Scenario, Subject } from '../scenario.js';
import * as bridges from '../subjects/bridges.js';
import { createServerClient, nextRequest, startMetadata, startServer } from '../subjects/driver-server.js';
import { floors } from '../subjects/programs.js';
import type { StartedProcess } from '../subjects/started-process.js';
import { prepareWebhook } from '../subjects/webhook-process.js';

const connections = 16;
/** Garbage of the start, or of the last task, has then been looked at. */
const settleMs = 1_000;

/** Resident memory: of programs that have nothing to do, and of those that have had much. */
export const memory: Scenario = {
  name: 'memory',
  purpose: 'resident memory, idle and after distinct tasks of 8 KB',
  floor: bridges.names.expressGrpc,
  rounds: (asked) => Math.ceil(asked / 3),
  prepare: async (bench) => {
    const driver = await bridges.startAnsweringDriver(bench);
    const after = bench.isQuick ? [2_000, 5_000] : [10_000, 50_000];
    const driving = [
      bridges.floorBridge(bridges.names.expressGrpc, floors.expressGrpc, driver),
      ...(await bridges.goBridges(bench, driver)),
      bridges.sidecarBridge(bench, driver, bridges.loadSettings),
    ];
    const idle = [
      bridges.floorBridge(bridges.names.bareHttp, floors.bareHttp, driver),
      ...(await bridges.fastApiBridges(bench)),
    ];
    return [
      ...driving.map((bridge) => ({ name: bridge.name, parts: [loaded(bridge, after)] })),
      ...idle.map((bridge) => ({ name: bridge.name, parts: [loaded(bridge, [])] })),
      await serverSubject(bench),
      await webhookSubject(bench),
    ];
  },
};

function loaded({ start }: bridges.Bridge, after: readonly number[]): Measure {
  return async () => {
    const bridge = await start();
    const measured = [await rssOf(bridge, 'idle')];
    const load = {
      address: bridge.address,
      connections,
      bodies: distinctTasks(bodySizes['8 KB'], connections),
    };
    let done = 0;
    for (const tasks of after) {
      const more = tasks - done;
      await runLoad({ ...load, goesOn: (begun) => begun < more });
      done = tasks;
      measured.push(await rssOf(bridge, `after ${tasks.toLocaleString('en-US')} tasks`));
    }
    await bridge.stop();
    return measured;
  };
}

/** The server while calls of 8 KB wait in its queue. */
async function serverSubject(bench: Bench): Promise<Subject> {
  const metadataPort = await startMetadata(bench);
  const waiting = 500;
  const measure: Measure = async () => {
    const env = { MAX_PROGRAMS: '2', MAX_QUEUE: '1000' };
    const server = await startServer(bench, metadataPort, { sleepMs: 20, env });
    const idle = await rssOf(server, 'idle');
    const client = createServerClient(server.address);
    const component = JSON.stringify({ dag: {}, filler: 'x'.repeat(bodySizes['8 KB']) });
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, server.rssMib());
    }, 50);
    await Promise.all(
      Array.from({ length: waiting }, () => client.execute({ ...nextRequest(), component })),
    ).finally(() => clearInterval(look));
    client.close();
    await server.stop();
    return [idle, { metric: `at most, with ${waiting} calls of 8 KB waiting`, unit: 'MiB', value: most }];
  };
  return { name: 'server', parts: [measure] };
}

async function webhookSubject(bench: Bench): Promise<Subject> {
  const { start } = await prepareWebhook(bench);
  const measure: Measure = async () => {
    const webhook = await start();
    const idle = await rssOf(webhook, 'idle');
    await webhook.stop();
    return [idle];
  };
  return { name: 'webhook', parts: [measure] };
}

async function rssOf(started: StartedProcess, metric: string) {
  await delay(settleMs);
  return { metric, unit: 'MiB', value: started.rssMib() };
}
