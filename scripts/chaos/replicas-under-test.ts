import { freePort } from '../../test/support/free-port.js';
import type { StoreKind } from '../../test/support/metadata-stores.js';
import { startLeasesApi } from '../../test/support/start-leases-api.js';
import { containerArguments } from '../../test/support/templates.js';
import type { DriverUnderTest } from './driver-under-test.js';
import { createDurableWorld } from './durable-world.js';
import { leaseTimesOf } from './lease-times.js';
import { Replica } from './replica.js';
import { workflowObject } from './task-body.js';

/**
 * Two kfp-driver-servers with their ledger in ML Metadata, one of which drives: the holder of a Lease. Whatever happens
 * to the driver server happens to the holder.
 */
export async function createReplicasUnderTest(
  folder: string,
  {
    kind,
    slowness,
    workflow,
  }: { readonly kind: StoreKind; readonly slowness: number; readonly workflow: string },
): Promise<DriverUnderTest> {
  const ports = [await freePort(), await freePort()] as const;
  const world = await createDurableWorld(folder, kind);
  const closers: (() => unknown)[] = [];
  const leases = await startLeasesApi({ after: (close) => closers.push(close as () => unknown) });
  // A server that can ask Kubernetes asks for the workflow too, whose run it must be.
  leases.workflow = workflowObject(workflow, containerArguments.run_id);
  const times = leaseTimesOf(slowness);
  const create = (place: 0 | 1) =>
    Replica.create({
      ...{ folder, world, times, leasesPort: leases.port },
      name: `replica-${place}`,
      port: ports[place],
    });
  const replicas = [await create(0), await create(1)] as const;
  const leaseMs = times.durationSeconds * 1_000;
  /** As the Lease says; any that runs where that one has ended. */
  const holder = (): Replica | undefined => {
    const identity = leases.lease?.spec?.['holderIdentity'];
    const running = replicas.filter(({ isRunning }) => isRunning);
    return running.find((replica) => typeof identity === 'string' && replica.isNamed(identity)) ?? running[0];
  };
  return {
    ...world,
    ports,
    start: async (_place, temper) => {
      const ended = replicas.filter(({ isRunning }) => !isRunning);
      await Promise.all(ended.map((replica) => replica.start(temper)));
    },
    kill: async () => holder()?.end('SIGKILL'),
    drain: async () => holder()?.end('SIGTERM'),
    stopHolder: (leasesLong) => holder()?.stopFor(leasesLong * leaseMs),
    cutKubernetes: (leasesLong) => holder()?.cutKubernetesFor(leasesLong * leaseMs),
    endAll: async () => {
      await Promise.all(replicas.map((replica) => replica.end('SIGKILL')));
    },
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
      for (const close of closers) {
        close();
      }
      await world.close();
    },
    durableEnd: async () => ({
      ...world.endOf(replicas.map(({ logFile }) => logFile)),
      holders: leases.holders.filter((identity) => identity !== undefined).length,
    }),
  };
}
