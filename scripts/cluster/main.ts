// npm run test:cluster: installs the chart with the real helm on a real kube-apiserver and asks that API whether all
// is as it must be. --update writes the golden files anew. Skips without Go.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Check, type Outcome, runChecks, type Stage } from './checks.js';
import { createHelm } from './helm.js';
import { installCrds } from './install-crds.js';
import { downloadModule, hasGo, type Programs, preparePrograms } from './programs.js';
import { createResourcePaths } from './resource-paths.js';
import { type Cluster, startCluster } from './start-cluster.js';
import { exampleValues } from './suites/example-values.js';
import { kfpComponent } from './suites/kfp-component.js';
import { lifecycle } from './suites/lifecycle.js';
import { podSecurity } from './suites/pod-security.js';
import { refusals } from './suites/refusals.js';
import { rendering, withoutArgo } from './suites/rendering.js';
import { rights } from './suites/rights.js';

const argoCrds = fileURLToPath(new URL('../../../../shared/argo-crds', import.meta.url));
const log = (line: string) => process.stdout.write(`${line}\n`);

if (!(await hasGo())) {
  log('test:cluster: skipped, Go is not installed');
} else if (!existsSync(argoCrds)) {
  log(`test:cluster: skipped, ${argoCrds} is absent`);
} else {
  const programs = await preparePrograms(log);
  const cluster = await startCluster(programs);
  try {
    const { passed, failed } = await runAll(cluster, programs);
    log(`test:cluster: ${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    await cluster.stop();
  }
}

async function runAll(cluster: Cluster, { helm, kustomize }: Programs): Promise<Outcome> {
  const update = process.argv.includes('--update');
  // Each with a folder of its own, because helm remembers which kinds a cluster has.
  const stageIn = (folder: string): Stage => ({
    cluster,
    helm: createHelm(helm, join(cluster.folder, folder), cluster.kubeconfig),
    paths: createResourcePaths(cluster.admin),
    kustomize,
  });
  const before = await runChecks(withoutArgo, stageIn('without-argo'), log);
  await installAllCrds(cluster);
  const checks: readonly Check[] = [
    ...rendering(update),
    ...kfpComponent(update),
    ...refusals,
    ...lifecycle,
    ...exampleValues,
    ...rights,
    ...podSecurity,
  ];
  const after = await runChecks(checks, stageIn('with-argo'), log);
  return { passed: before.passed + after.passed, failed: before.failed + after.failed };
}

/** Argo's, and the kinds that some values render: cert-manager's and the Prometheus operator's own. */
async function installAllCrds(cluster: Cluster): Promise<void> {
  await installCrds(cluster.admin, argoCrds);
  const certManager = await downloadModule('github.com/cert-manager/cert-manager', 'v1.21.2');
  await installCrds(cluster.admin, join(certManager, 'deploy', 'crds'), (file) =>
    file.includes('certificates'),
  );
  const prometheus = await downloadModule('github.com/prometheus-operator/prometheus-operator', 'v0.85.0');
  await installCrds(cluster.admin, join(prometheus, 'example', 'prometheus-operator-crd'), (file) =>
    file.includes('podmonitors'),
  );
}
