import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { errorText } from '../../common/error-text.js';
import { StatusError } from '../../contract/status-error.js';
import { createKubernetesApi, type KubernetesApi } from './kubernetes-api.js';

export interface KubeconfigChoice {
  /** Path of a kubeconfig; else KUBECONFIG, ~/.kube/config or the pod's service account. */
  readonly kubeconfig: string | undefined;
  /** Context in it; else the current one. */
  readonly context: string | undefined;
  readonly timeoutMs: number;
}

export interface LoadedKubeconfig {
  readonly api: KubernetesApi;
  /** Namespace of the context or of the pod. */
  readonly namespace: string | undefined;
  /** Whether the credentials are a pod's. */
  readonly isInside: boolean;
}

/**
 * Finds the way to Kubernetes as kubectl does, logins by exec plugins included. Nothing is sent yet. Rejects with a
 * StatusError where there is no usable kubeconfig.
 */
export async function loadKubeconfig(choice: KubeconfigChoice): Promise<LoadedKubeconfig> {
  // Some 110 MB: for this command alone.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  readInto(config, choice);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    const names = config.getContexts().map(({ name }) => name);
    throw new StatusError(
      'FAILED_PRECONDITION',
      `the kubeconfig has no context ${JSON.stringify(config.getCurrentContext())} with a cluster: choose one of ` +
        `${names.length === 0 ? 'another file' : names.join(', ')} by --context`,
    );
  }
  const context = config.getContextObject(config.getCurrentContext());
  const api = createKubernetesApi({
    url: cluster.server,
    timeoutMs: choice.timeoutMs,
    applyTo: (options) => config.applyToHTTPSOptions(options as RequestOptions),
  });
  return {
    api,
    namespace: context?.namespace === '' ? undefined : context?.namespace,
    isInside: config.getCurrentContext() === 'inClusterContext',
  };
}

function readInto(config: KubeConfig, { kubeconfig, context }: KubeconfigChoice): void {
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) {
    throw new StatusError('FAILED_PRECONDITION', `--kubeconfig names no file: ${kubeconfig}`);
  }
  try {
    if (kubeconfig === undefined) {
      config.loadFromDefault();
    } else {
      config.loadFromFile(kubeconfig);
    }
  } catch (error) {
    throw new StatusError('FAILED_PRECONDITION', `the kubeconfig cannot be read: ${errorText(error)}`, {
      cause: error,
    });
  }
  // What the library makes up where it finds nothing.
  if (config.getCurrentContext() === 'loaded-context') {
    throw new StatusError(
      'FAILED_PRECONDITION',
      'there is no kubeconfig: set KUBECONFIG or --kubeconfig, or run doctor in a pod (helm test)',
    );
  }
  if (context !== undefined) {
    config.setCurrentContext(context);
  }
}
