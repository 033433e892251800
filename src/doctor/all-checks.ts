import type { Check } from './check.js';
import { controllerChecks } from './checks/controller.js';
import { controllerSpeed } from './checks/controller-speed.js';
import { kfpChecks } from './checks/kfp.js';
import { kubernetesChecks } from './checks/kubernetes.js';
import { pluginChecks } from './checks/plugin.js';
import { pluginForm } from './checks/plugin-form.js';
import { runAccountChecks } from './checks/run-accounts.js';
import { serverChecks } from './checks/server.js';
import { serverLease } from './checks/server-lease.js';
import { serverTrustChecks } from './checks/server-trust.js';
import { webhookChecks } from './checks/webhook.js';

/** Every check, in the order in which they are printed; none depends on it. */
export function allChecks(serviceAccounts: readonly string[]): readonly Check[] {
  return [
    ...kubernetesChecks,
    ...controllerChecks,
    controllerSpeed,
    ...pluginChecks,
    pluginForm,
    ...serviceAccounts.flatMap(runAccountChecks),
    ...serverChecks,
    serverLease,
    ...serverTrustChecks,
    ...kfpChecks,
    ...webhookChecks,
  ];
}
