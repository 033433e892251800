import type { SettingsOf } from '../../common/settings.js';
import { apiUrl, kubernetesApiAt } from '../kubernetes/kubernetes-api.js';
import type { ServerMeasures } from '../measures.js';
import type { kubernetesSettings } from './kubernetes-settings.js';
import { createWorkflowApi } from './workflow-api.js';
import { createWorkflowParameters, type WorkflowParameters } from './workflow-parameters.js';

/** Workflows' parameters as the settings let the server read them; undefined outside of a cluster. */
export function workflowParametersOf(
  settings: SettingsOf<typeof kubernetesSettings>,
  onRead?: ServerMeasures['kubernetesRead'],
): WorkflowParameters | undefined {
  const { kubernetesApi, kubernetesHost, kubernetesPort } = settings;
  const url = kubernetesApi ?? (kubernetesHost && apiUrl(kubernetesHost, kubernetesPort));
  if (url === undefined) {
    return undefined;
  }
  const api = kubernetesApiAt({
    url,
    tokenFile: settings.kubernetesTokenFile,
    caFile: settings.kubernetesCaFile,
    mayLackFiles: true,
  });
  const workflows = createWorkflowApi(api, settings.kubernetesTimeoutMs, onRead);
  return createWorkflowParameters(workflows, settings.maxWorkflowBytes);
}
