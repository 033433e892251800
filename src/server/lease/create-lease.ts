import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Logger } from '../../common/logger.js';
import { kubernetesLeaseApi } from './kubernetes-lease-api.js';
import { Lease } from './lease.js';
import type { LeaseSettings } from './lease-settings.js';
import { startProgramGuard } from './program-guard.js';

export interface LeaseOptions {
  readonly settings: Omit<LeaseSettings, 'leaseName'>;
  readonly name: string;
  readonly namespace: string;
  /** Of Kubernetes' API; the files of the account may be absent, on a laptop. */
  readonly url: string;
  readonly tokenFile: string;
  readonly caFile: string;
  /** What the working folders of this process's programs begin with; undefined where it runs none. */
  readonly programFolders: string | undefined;
  readonly logger: Logger;
}

/** A Lease that nobody has tried for yet. Throws an Error of one sentence where it cannot work here. */
export async function createLease(options: LeaseOptions): Promise<Lease> {
  const { settings, name, namespace, url, tokenFile, caFile, programFolders, logger } = options;
  const { leaseSeconds, leaseRenewDeadlineMs, leaseRetryMs } = settings;
  const api = await kubernetesLeaseApi({
    ...{ url, namespace, name },
    tokenFile: existsSync(tokenFile) ? tokenFile : undefined,
    caFile: existsSync(caFile) ? caFile : undefined,
    // Twice before it gives up.
    timeoutMs: leaseRenewDeadlineMs / 2,
  });
  const guard = programFolders === undefined ? undefined : startProgramGuard(programFolders, logger);
  return new Lease({
    ...{ name, api, guard, logger },
    // In a pod the host's name is the pod's. A container that starts again is another holder.
    identity: `${hostname()}_${randomUUID()}`,
    times: {
      durationSeconds: leaseSeconds,
      renewDeadlineMs: leaseRenewDeadlineMs,
      retryMs: leaseRetryMs,
    },
  });
}
