import type { Logger } from '../common/logger.js';
import { apiUrl } from './kubernetes/kubernetes-api.js';
import type { Lease } from './lease/lease.js';
import type { PreparedServer } from './prepare-server.js';
import { callFolderPrefix } from './program-engine/call-folder.js';
import type { ServerSettings } from './server-settings.js';

/**
 * The Lease that the settings name, loaded for those alone that name one; undefined without. Throws an Error of one
 * sentence where there is no Kubernetes to ask.
 */
export async function prepareLease(
  settings: ServerSettings,
  { namespace, program }: Pick<PreparedServer, 'namespace' | 'program'>,
  logger: Logger,
): Promise<Lease | undefined> {
  const { leaseName, kubernetesApi, kubernetesHost, kubernetesPort } = settings;
  if (leaseName === undefined) {
    return undefined;
  }
  const url = kubernetesApi ?? (kubernetesHost && apiUrl(kubernetesHost, kubernetesPort));
  if (url === undefined) {
    throw new Error('LEASE_NAME needs Kubernetes: set KUBERNETES_API, or unset LEASE_NAME');
  }
  const { createLease } = await import('./lease/create-lease.js');
  const programFolders = program === undefined ? undefined : callFolderPrefix(settings.workDir);
  return createLease({
    ...{ settings, name: leaseName, namespace, url, programFolders, logger },
    tokenFile: settings.kubernetesTokenFile,
    caFile: settings.kubernetesCaFile,
  });
}
