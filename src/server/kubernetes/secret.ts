import { StatusError } from '../../contract/status-error.js';
import type { KubernetesAnswer, KubernetesApi } from './kubernetes-api.js';

/** A Secret as Kubernetes has it, with all that is not of interest here. */
export interface Secret {
  readonly metadata: { readonly name: string; readonly namespace: string };
  /** Values in base64. */
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Reads a Secret. Rejects with FAILED_PRECONDITION where it is absent or forbidden, which asking again does not mend, and
 * with UNAVAILABLE where Kubernetes has trouble of its own.
 */
export async function readSecret(api: KubernetesApi, namespace: string, name: string): Promise<Secret> {
  const answer = await api.request('GET', pathOf(namespace, name));
  if (answer.status !== 200) {
    throw faultOf(answer, 'read', namespace, name);
  }
  return answer.body as Secret;
}

/** Writes it back. False where it has been changed since it was read. Rejects as readSecret does. */
export async function writeSecret(api: KubernetesApi, secret: Secret): Promise<boolean> {
  const { name, namespace } = secret.metadata;
  const answer = await api.request('PUT', pathOf(namespace, name), secret);
  if (answer.status === 409) {
    return false;
  }
  if (answer.status !== 200) {
    throw faultOf(answer, 'written', namespace, name);
  }
  return true;
}

function pathOf(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
}

/** Without Kubernetes' own message, which may quote what was sent. */
function faultOf({ status }: KubernetesAnswer, verb: string, namespace: string, name: string): StatusError {
  const secret = `the Secret "${name}" of ${namespace}`;
  if (status === 404) {
    return new StatusError(
      'FAILED_PRECONDITION',
      `${secret} does not exist: make it without data, and the token is filled in`,
    );
  }
  if (status === 401 || status === 403) {
    return new StatusError(
      'FAILED_PRECONDITION',
      `${secret} may not be ${verb}: give the service account get and update on it`,
    );
  }
  if (status === 422) {
    return new StatusError(
      'FAILED_PRECONDITION',
      `${secret} cannot be filled: is it immutable? Make it anew, without data`,
    );
  }
  return new StatusError('UNAVAILABLE', `${secret} could not be ${verb}: Kubernetes answered ${status}`);
}
