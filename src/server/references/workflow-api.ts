import { isJsonObject, type JsonObject } from '../../common/json.js';
import { StatusError } from '../../contract/status-error.js';
import type { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import type { ServerMeasures } from '../measures.js';
import { kubernetesAway, type ReferenceFailure, referenceFailure } from './reference-failure.js';

/** Reads workflows from Kubernetes. */
export interface WorkflowApi {
  /** Rejects with a StatusError: NOT_FOUND, PERMISSION_DENIED, or UNAVAILABLE where a repeat may help. */
  read(namespace: string, name: string, deadlineMs: number): Promise<JsonObject>;
}

/**
 * GET /apis/argoproj.io/v1alpha1/namespaces/NAMESPACE/workflows/NAME.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export function createWorkflowApi(
  api: KubernetesApi,
  timeoutMs: number,
  onRead: ServerMeasures['kubernetesRead'] = () => {},
): WorkflowApi {
  const { read } = createReader(api, timeoutMs);
  return {
    read: async (...asked) => {
      const beganMs = performance.now();
      try {
        const workflow = await read(...asked);
        onRead(performance.now() - beganMs, undefined);
        return workflow;
      } catch (thrown) {
        onRead(performance.now() - beganMs, StatusError.from(thrown).details.errorInfo?.reason);
        throw thrown;
      }
    },
  };
}

function createReader(api: KubernetesApi, timeoutMs: number): WorkflowApi {
  return {
    read: async (namespace, name, deadlineMs) => {
      const path = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(name)}`;
      const leftMs = Math.min(timeoutMs, Math.max(1, deadlineMs - Date.now()));
      const answer = await api.request('GET', path, undefined, leftMs).catch((error: unknown) => {
        throw kubernetesAway('the Kubernetes API cannot be reached', { cause: error });
      });
      if (answer.status !== 200) {
        throw failureOf(answer.status, name, answer.retryAfter);
      }
      if (!isJsonObject(answer.body)) {
        throw kubernetesAway('the Kubernetes API answered what is no workflow');
      }
      return answer.body;
    },
  };
}

function failureOf(status: number, name: string, retryAfter: string | undefined): Error {
  const failure = failures.get(status);
  if (failure !== undefined) {
    return referenceFailure({ ...failure, message: failure.message.replace('NAME', () => name) });
  }
  const seconds = /^\d{1,3}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
  return kubernetesAway(`the Kubernetes API answered with status ${status}`, {
    ...(seconds !== undefined && { retryDelayMs: seconds * 1000 }),
  });
}

const noRight: Omit<ReferenceFailure, 'message'> = {
  status: 'PERMISSION_DENIED',
  reason: 'WORKFLOW_UNREADABLE',
};

const failures: ReadonlyMap<number, ReferenceFailure> = new Map([
  [
    404,
    {
      status: 'NOT_FOUND',
      reason: 'WORKFLOW_NOT_FOUND',
      message: 'the workflow NAME, which has the arguments of arguments_from, is not there',
    },
  ],
  [
    401,
    {
      ...noRight,
      message: "the Kubernetes API does not know this server's token: check KUBERNETES_TOKEN_FILE",
    },
  ],
  [
    403,
    {
      ...noRight,
      message:
        'this server may not read workflows: let its Role `get` workflows.argoproj.io, or convert workflows --by-value',
    },
  ],
]);
