import { promises as dns } from 'node:dns';
import { systemClock } from '../../src/common/clock.js';
import { createLogger } from '../../src/common/logger.js';
import { readSettings } from '../../src/common/settings.js';
import type { DriverClient } from '../../src/driver/driver-client.js';
import { followOutage } from '../../src/driver/follow-outage.js';
import { connectDriver } from '../../src/sidecar/connect-driver.js';
import { sidecarSettings } from '../../src/sidecar/sidecar-settings.js';
import { toTarget } from '../../src/sidecar/to-target.js';
import { quantile } from './report/statistics.js';
import { nextRequest } from './subjects/driver-server.js';

// Many sidecars' channels in one process: each with the sidecar's own client, made from the sidecar's own settings. Told
// over IPC what to do; the environment holds the settings and CHANNELS.

/** What it is told. */
export type FleetOrder = 'call' | 'begin calls' | 'count look-ups';
/** What it answers: as much of it as belongs to the order. */
export interface FleetReport {
  readonly begun?: number;
  readonly lookUps?: number;
  readonly p50Ms?: number;
  readonly maxMs?: number;
}

let lookUps = 0;
/** grpc-js asks this; the answer is the service's one address, and every question is counted. */
Object.assign(dns, {
  lookup: async () => {
    lookUps += 1;
    return [{ address: '127.0.0.1', family: 4 }];
  },
});

const { values: settings } = readSettings(sidecarSettings, process.env);
const logger = createLogger('error');
const target = toTarget(settings);
const channels = Array.from({ length: Number(process.env['CHANNELS']) }, () =>
  connectDriver(settings, target, logger, systemClock, followOutage(target.target, logger)),
);
process.on('message', async (order: FleetOrder) => process.send?.(await obey(order)));
process.on('disconnect', () => process.exit());
process.send?.({ begun: channels.length });

async function obey(order: FleetOrder): Promise<FleetReport> {
  if (order === 'call') {
    const latencies = await Promise.all(channels.map(callOnce));
    return { p50Ms: quantile(latencies, 0.5), maxMs: Math.max(...latencies) };
  }
  if (order === 'begin calls') {
    return { begun: channels.map((channel) => channel.execute(nextRequest(), settings.timeoutMs)).length };
  }
  const counted = lookUps;
  lookUps = 0;
  return { lookUps: counted };
}

async function callOnce(channel: DriverClient): Promise<number> {
  const beganMs = performance.now();
  const result = await channel.execute(nextRequest(), settings.timeoutMs).ended;
  if (result.kind !== 'answered') {
    throw new Error(`a call of the fleet failed: ${result.failure.error.message}`);
  }
  return performance.now() - beganMs;
}
