import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.js';
import type { StoreKind } from '../../test/support/metadata-stores.js';
import { type ChildProgram, startChildProgram } from './child-program.js';
import type { DriverUnderTest } from './driver-under-test.js';
import { createDurableWorld } from './durable-world.js';

/** One kfp-driver-server with its ledger in ML Metadata. */
export async function createDurableServerUnderTest(
  folder: string,
  kind: StoreKind,
  sigkill: boolean,
): Promise<DriverUnderTest> {
  const ports = [await freePort(), await freePort()] as const;
  const world = await createDurableWorld(folder, kind);
  const logFile = join(folder, 'driver-server.log');
  let running: ChildProgram | undefined;
  const end = async (signal: NodeJS.Signals) => {
    await running?.end(signal);
    running = undefined;
  };
  return {
    ...world,
    ports,
    start: async (place, temper) => {
      running = await startChildProgram({
        program: 'src/server/main.js',
        logFile,
        env: world.envOf(folder, ports[place], temper),
      });
    },
    kill: () => end(sigkill ? 'SIGKILL' : 'SIGTERM'),
    drain: () => end('SIGTERM'),
    endAll: () => end('SIGTERM'),
    durableEnd: async () => world.endOf([logFile]),
  };
}
