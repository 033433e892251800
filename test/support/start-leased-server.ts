import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Environment } from '../../src/common/settings.js';
import { checkHealth } from './call-standard-services.js';
import { startServerProgram, testFolder } from './start-server-program.js';

/** A Lease that is over within a test's patience. */
export const shortLease: Environment = {
  LEASE_DURATION_SECONDS: '4',
  LEASE_RENEW_DEADLINE_SECONDS: '3',
  LEASE_RETRY_SECONDS: '0.3',
};

/** A kfp-driver-server that tries for the Lease at `url`. Its fake driver runs for `driverMs` before it writes. */
export async function startLeasedServer(t: TestContext, url: string, driverMs = 0, env: Environment = {}) {
  const folder = testFolder(t);
  const [effects, running] = [join(folder, 'effects'), join(folder, 'running')];
  const server = await startServerProgram(t, {
    env: { LEASE_NAME: 'driver', KUBERNETES_API: url, REPEAT_GRACE_SECONDS: '0', ...env },
    fake: {
      FAKE_DRIVER_EFFECTS: effects,
      FAKE_DRIVER_CONCURRENCY: running,
      FAKE_DRIVER_DELAY_MS: String(driverMs),
    },
  });
  return {
    ...server,
    /** How many executions its drivers have made. */
    effects: () => linesOf(effects).length,
    /** Process ids of the drivers that it has ever started. */
    drivers: () => linesOf(running).flatMap((line) => (line.startsWith('+') ? [Number(line.slice(1))] : [])),
    /** Of grpc.health.v1; "" is the server as a whole. */
    health: async (service: string) => {
      const { status } = (await checkHealth(t, server.address, service)) as { status: string };
      return status;
    },
    messages: () => server.log.map((line) => line['message']),
  };
}

/** True for a process that runs or is stopped, not for one that has ended and waits for its parent. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function linesOf(file: string): string[] {
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter((line) => line !== '');
}
