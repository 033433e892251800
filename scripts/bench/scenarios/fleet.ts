import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetOrder, FleetReport } from '../fleet-client.js';
import type { Bench, Measure, Scenario } from '../scenario.js';
import { startMetadata, startServer } from '../subjects/driver-server.js';
import { floors } from '../subjects/programs.js';
import type { StartedProcess } from '../subjects/started-process.js';

/** What many sidecars cost one server, whether they have anything to ask or not. */
export const fleet: Scenario = {
  name: 'fleet',
  purpose: "channels with the sidecar's own options against one server: memory, CPU, connections, look-ups",
  floor: undefined,
  rounds: (asked) => Math.ceil(asked / 3),
  prepare: async (bench) => {
    const metadataPort = await startMetadata(bench);
    const channels = bench.isQuick ? 50 : 500;
    const name = `${channels} channels`;
    return [
      {
        name,
        parts: (bench.isQuick ? [connections, pings] : [connections, renewals, pings]).map((part) =>
          part(bench, metadataPort, channels),
        ),
      },
    ];
  },
};

/** How long the server is watched while it has nothing to do. */
const watchMs = (bench: Bench) => (bench.isQuick ? 1_500 : 10_000);

/** The fake engine answers at once: what is left is the wire and the ledger. */
const atOnce = { ENGINE: 'memory' };

function connections(bench: Bench, metadataPort: number, channels: number): Measure {
  return async () => {
    const server = await startServer(bench, metadataPort, { sleepMs: 0, env: atOnce });
    const client = await startFleet(server.address, channels, {});
    const before = { rssMib: server.rssMib(), sockets: socketsOf(server.pid) };
    const storm = await order(client, 'call');
    await delay(1_000);
    const sockets = socketsOf(server.pid) - before.sockets;
    const rssKib = 1024 * (server.rssMib() - before.rssMib);
    const { lookUps = Number.NaN } = await order(client, 'count look-ups');
    const connectedMs = server.cpuMs();
    const again = await order(client, 'call');
    const callMs = server.cpuMs() - connectedMs;
    const idleMs = server.cpuMs();
    await delay(watchMs(bench));
    const idle = (server.cpuMs() - idleMs) / watchMs(bench);
    client.disconnect();
    await server.stop();
    return [
      figure('connections at the server', '', sockets),
      figure('memory of the server for one more channel and its first call', 'KiB', rssKib / channels),
      figure('all connect and call at once: p50', 'ms', storm.p50Ms),
      figure('all connect and call at once: last answer', 'ms', storm.maxMs),
      figure('all call at once, connected: last answer', 'ms', again.maxMs),
      figure('CPU of the server for one call, without its program', 'ms', callMs / channels),
      figure('CPU of the server while all are connected and idle', '%', 100 * idle),
      figure('DNS look-ups of one channel to connect', '', lookUps / channels),
    ];
  };
}

/** The server has each connection made anew when it is older than this; grpc-js varies it by a tenth. */
const maxAgeSeconds = 10;

function renewals(bench: Bench, metadataPort: number, channels: number): Measure {
  return async () => {
    const env = { ...atOnce, MAX_CONNECTION_AGE_SECONDS: `${maxAgeSeconds}` };
    const server = await startServer(bench, metadataPort, { sleepMs: 0, env });
    const client = await startFleet(server.address, channels, {});
    await order(client, 'call');
    await order(client, 'count look-ups');
    await delay(1_300 * maxAgeSeconds);
    const { lookUps = Number.NaN } = await order(client, 'count look-ups');
    client.disconnect();
    await server.stop();
    return [figure('DNS look-ups of one channel whose connection was renewed', '', lookUps / channels)];
  };
}

/** Calls that wait, with a ping a second on each connection instead of one in KEEPALIVE_SECONDS. */
function pings(bench: Bench, metadataPort: number, channels: number): Measure {
  return async () => {
    const env = { MAX_PROGRAMS: '2', MAX_QUEUE: '5000' };
    const server = await startServer(bench, metadataPort, { sleepMs: 60_000, env });
    const cpuWith = async (keepaliveSeconds: number) => {
      const client = await startFleet(server.address, channels, { KEEPALIVE_SECONDS: `${keepaliveSeconds}` });
      await order(client, 'begin calls');
      await delay(3_000);
      const before = server.cpuMs();
      await delay(watchMs(bench));
      const cpuMs = server.cpuMs() - before;
      client.disconnect();
      await once(client, 'exit');
      await delay(1_000);
      return cpuMs;
    };
    const without = await cpuWith(3_600);
    const added = (await cpuWith(1)) - without;
    await server.stop();
    const sent = (channels * watchMs(bench)) / 1000;
    return [figure('CPU of the server for one ping', 'µs', (1000 * added) / sent)];
  };
}

function figure(metric: string, unit: string, value: number | undefined) {
  if (value === undefined) {
    throw new Error(`the fleet said nothing about: ${metric}`);
  }
  return { metric, unit, value };
}

async function startFleet(address: string, channels: number, env: Readonly<Record<string, string>>) {
  const [, port = ''] = /:(\d+)$/.exec(address) ?? [];
  const [, file = '', ...args] = floors.fleetClient;
  const client = fork(file, args, {
    env: {
      ...{ DRIVER_HOST: 'kfp-driver-server', DRIVER_PORT: port, CHANNELS: `${channels}` },
      ...env,
    },
  });
  process.once('exit', () => client.kill('SIGKILL'));
  await report(client);
  return client;
}

async function order(client: ChildProcess, what: FleetOrder): Promise<FleetReport> {
  client.send(what);
  return report(client);
}

async function report(client: ChildProcess): Promise<FleetReport> {
  const ended = once(client, 'exit').then(([exitCode]) => {
    throw new Error(`the fleet ended with ${exitCode}`);
  });
  ended.catch(() => {});
  const [answer] = await Promise.race([once(client, 'message'), ended]);
  return answer;
}

/** Sockets that a process holds; the one that listens, and the one to ML Metadata, are among them. */
function socketsOf(pid: StartedProcess['pid']): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}
