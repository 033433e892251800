import { allChecks } from './all-checks.js';
import { type DoctorOptions, defaultNamespace } from './doctor-options.js';
import { createFacts } from './facts.js';
import { loadKubeconfig } from './kubernetes/load-kubeconfig.js';
import { type Finding, runChecks } from './run-checks.js';
import type { Scope } from './scope.js';

export interface Examination {
  readonly scope: Scope;
  readonly findings: readonly Finding[];
}

/** Looks at the cluster once. Never rejects: a cluster that cannot be reached is a finding. */
export async function examine(options: DoctorOptions): Promise<Examination> {
  const loading = loadKubeconfig(options);
  const loaded = await loading.catch(() => undefined);
  const scope: Scope = {
    namespace: options.namespace ?? loaded?.namespace ?? defaultNamespace,
    controllerNamespace: options.controllerNamespace,
    controllerServiceAccount: options.controllerServiceAccount,
    serviceAccounts: [...new Set(options.serviceAccounts)],
    driver: options.driver,
    tokenFile: options.tokenFile,
    isInside: loaded?.isInside ?? false,
    timeoutMs: options.timeoutMs,
  };
  const { ask, close } = createFacts(
    loading.then(({ api }) => api),
    scope,
  );
  const other = options.isBeforeInstall ? 'after' : 'before';
  const checks = allChecks(scope.serviceAccounts).filter(({ when }) => when !== other);
  try {
    return { scope, findings: await runChecks(checks, ask, scope) };
  } finally {
    close();
  }
}
