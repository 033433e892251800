import type { SettingsOf } from '../../common/settings.js';
import type { kubernetesSettings } from './kubernetes-settings.js';
import { createWorkflowApi } from './workflow-api.js';
import { createWorkflowParameters, type WorkflowParameters } from './workflow-parameters.js';

/** Workflows' parameters as the settings let the server read them; undefined outside of a cluster. */
export function workflowParametersOf(
  settings: SettingsOf<typeof kubernetesSettings>,
): WorkflowParameters | undefined {
  const { kubernetesApi, kubernetesHost, kubernetesPort } = settings;
  const host = kubernetesHost?.includes(':') === true ? `[${kubernetesHost}]` : kubernetesHost;
  const url = kubernetesApi ?? (host === undefined ? undefined : `https://${host}:${kubernetesPort}`);
  if (url === undefined) {
    return undefined;
  }
  const api = createWorkflowApi({
    url,
    tokenFile: settings.kubernetesTokenFile,
    caFile: settings.kubernetesCaFile,
    timeoutMs: settings.kubernetesTimeoutMs,
  });
  return createWorkflowParameters(api, settings.maxWorkflowBytes);
}
