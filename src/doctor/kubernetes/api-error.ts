import { errorText } from '../../common/error-text.js';
import type { JsonObject } from '../../common/json.js';
import { type Status, StatusError } from '../../contract/status-error.js';

/** Marks what the API itself failed to do, so that no check takes it for a fault of what it looks at. */
const details = { errorInfo: { reason: 'KUBERNETES_API', domain: 'kubernetes.io', metadata: {} } } as const;

/** Whether Kubernetes gave no answer that says anything about what was asked. */
export function isFailureOfApi(error: unknown): boolean {
  return error instanceof StatusError && error.details.errorInfo?.reason === details.errorInfo.reason;
}

const statuses: Readonly<Record<number, Status>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
};

/**
 * A refusal of the API as a sentence.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */
export function fromApiStatus(code: number, object: JsonObject, method: string, path: string): StatusError {
  const message = typeof object['message'] === 'string' ? object['message'] : '';
  const status = statuses[code] ?? 'UNKNOWN';
  return new StatusError(status, sentenceOf(code, message, `${method} ${path}`), {
    ...(status !== 'PERMISSION_DENIED' && status !== 'NOT_FOUND' && { details }),
  });
}

function sentenceOf(code: number, message: string, call: string): string {
  if (code === 401) {
    return 'the Kubernetes API does not know these credentials (401): log in again, or choose another --context';
  }
  const forbidden =
    /cannot (\w+) resource "([^"]+)"(?: in API group "([^"]*)")?(?: in the namespace "([^"]+)")?/.exec(
      message,
    );
  if (code === 403 && forbidden !== null) {
    const [, verb = '', resource = '', group = '', namespace] = forbidden;
    const where = namespace === undefined ? 'in the cluster' : `in ${namespace}`;
    return `you may not ${verb} ${group === '' ? resource : `${resource}.${group}`} ${where}`;
  }
  return `the Kubernetes API answered ${code} to ${call}${message === '' ? '' : `: ${message}`}`;
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  ENOTFOUND: 'its name is unknown here',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not of the kubeconfig's CA",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not of the kubeconfig's CA",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not of the kubeconfig's CA",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not of the kubeconfig's CA",
};

/** A connection that was not made, or credentials that could not be had. */
export function fromConnectionError(error: unknown, url: string): StatusError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = causes[code] ?? errorText(error);
  return new StatusError('UNAVAILABLE', `the Kubernetes API at ${url} cannot be reached: ${cause}`, {
    cause: error,
    details,
  });
}

export function tooSlow(url: string, timeoutMs: number): StatusError {
  return new StatusError(
    'DEADLINE_EXCEEDED',
    `the Kubernetes API at ${url} did not answer within ${timeoutMs / 1000} s`,
    { details },
  );
}
