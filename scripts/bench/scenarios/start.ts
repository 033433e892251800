import { asCreated, reviewOf } from '../../../test/support/admission.js';
import { openConnection } from '../load/connection.js';
import { exampleWorkflow } from '../load/example-workflow.js';
import { postSucceeded } from '../load/run-load.js';
import { bodySizes, distinctTasks } from '../load/task-bodies.js';
import type { Bench, Measure, Scenario, Subject } from '../scenario.js';
import * as bridges from '../subjects/bridges.js';
import { createCpuQuota } from '../subjects/cpu-quota.js';
import { createServerClient, nextRequest, startMetadata, startServer } from '../subjects/driver-server.js';
import { floors } from '../subjects/programs.js';
import type { Launcher, StartedProcess } from '../subjects/started-process.js';
import { prepareWebhook } from '../subjects/webhook-process.js';

const quotaPart = 0.25;

/** From the request to start a program to its first answer, on the machine as it is. */
export const start: Scenario = {
  name: 'start',
  purpose: 'exec to listening, and exec to the first request that is answered',
  floor: bridges.names.bareHttp,
  rounds: (asked) => 3 * asked,
  prepare: (bench) => prepareStarts(bench),
};

/** The same with a quarter of one CPU, as a sidecar's limit may be. */
export const startQuota: Scenario = {
  ...start,
  name: 'start-quota',
  purpose: `the same with ${100 * quotaPart} % of one CPU`,
  rounds: (asked) => asked,
  prepare: async (bench) => {
    const quota = createCpuQuota(quotaPart);
    if (typeof quota === 'string') {
      bench.skip(quota);
      return [];
    }
    bench.closeLater(quota.remove);
    return prepareStarts(bench, quota.launch);
  },
};

async function prepareStarts(bench: Bench, launch?: Launcher): Promise<readonly Subject[]> {
  const driver = await bridges.startAnsweringDriver(bench);
  const subjects = [
    bridges.floorBridge(bridges.names.bareHttp, floors.bareHttp, driver),
    bridges.floorBridge(bridges.names.expressGrpc, floors.expressGrpc, driver),
    ...(await bridges.goBridges(bench, driver)),
    ...(await bridges.fastApiBridges(bench)),
    bridges.sidecarBridge(bench, driver),
    bridges.adminSidecarBridge(bench, driver),
  ].map((bridge) => toSubject(bridge.name, () => bridge.start(launch), postOnce));
  return [...subjects, await serverSubject(bench, launch), await webhookSubject(bench, launch)];
}

async function postOnce(address: string): Promise<void> {
  const connection = await openConnection(address);
  await postSucceeded(connection, distinctTasks(bodySizes['2 KB'], 1).next(0));
  connection.close();
}

/** The server asks its program for its flags before it listens, and runs it for the first answer. */
async function serverSubject(bench: Bench, launch?: Launcher): Promise<Subject> {
  const metadataPort = await startMetadata(bench);
  const startIt = () => startServer(bench, metadataPort, { sleepMs: 0 }, launch);
  return toSubject('server', startIt, async (address) => {
    const client = createServerClient(address);
    await client.execute(nextRequest());
    client.close();
  });
}

async function webhookSubject(bench: Bench, launch?: Launcher): Promise<Subject> {
  const webhook = await prepareWebhook(bench);
  const body = reviewOf(asCreated(exampleWorkflow()));
  return toSubject(
    'webhook',
    () => webhook.start(launch),
    (address) => webhook.review(address, body),
  );
}

function toSubject(
  name: string,
  startIt: () => Promise<StartedProcess>,
  askOnce: (address: string) => Promise<unknown>,
): Subject {
  const measure: Measure = async () => {
    const started = await startIt();
    await askOnce(started.address);
    const answeredMs = performance.now() - started.beganMs;
    await started.stop();
    return [
      { metric: 'listening', unit: 'ms', value: started.listeningMs },
      { metric: 'first answer', unit: 'ms', value: answeredMs },
    ];
  };
  return { name, parts: [measure] };
}
