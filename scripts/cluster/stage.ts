import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHelm, type Helm } from './helm.js';
import { installCrds } from './install-crds.js';
import { downloadModule, hasGo, type Programs, preparePrograms } from './programs.js';
import { createResourcePaths, type ResourcePaths } from './resource-paths.js';
import { type Cluster, startCluster } from './start-cluster.js';

/** What a check of the cluster gets. */
export interface Stage {
  readonly cluster: Cluster;
  readonly helm: Helm;
  readonly paths: ResourcePaths;
  /** Path of the program. */
  readonly kustomize: string;
}

const argoCrds = fileURLToPath(new URL('../../../../shared/argo-crds', import.meta.url));

/** Why no cluster can be had here; undefined where one can. */
export async function reasonToSkip(): Promise<string | undefined> {
  if (!(await hasGo())) {
    return 'Go is not installed';
  }
  return existsSync(argoCrds) ? undefined : `${argoCrds} is absent`;
}

/** `folder` is helm's own, because it remembers which kinds a cluster has. */
export function createStage(cluster: Cluster, { helm, kustomize }: Programs, folder: string): Stage {
  return {
    cluster,
    helm: createHelm(helm, join(cluster.folder, folder), cluster.kubeconfig),
    paths: createResourcePaths(cluster.admin),
    kustomize,
  };
}

/** Argo's, and the kinds that some values render: cert-manager's and the Prometheus operator's own. */
export async function installAllCrds(cluster: Cluster): Promise<void> {
  await installCrds(cluster.admin, argoCrds);
  const certManager = await downloadModule('github.com/cert-manager/cert-manager', 'v1.21.2');
  await installCrds(cluster.admin, join(certManager, 'deploy', 'crds'), (file) =>
    file.includes('certificates'),
  );
  const prometheus = await downloadModule('github.com/prometheus-operator/prometheus-operator', 'v0.85.0');
  await installCrds(cluster.admin, join(prometheus, 'example', 'prometheus-operator-crd'), (file) =>
    /podmonitors|prometheusrules/.test(file),
  );
}

/** A cluster with Argo's kinds, for tests: ask reasonToSkip first, and stop the cluster at the end. */
export async function startStage(log: (line: string) => void): Promise<Stage> {
  const programs = await preparePrograms(log);
  const cluster = await startCluster(programs);
  try {
    await installAllCrds(cluster);
    return createStage(cluster, programs, 'helm');
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
