import type { JsonObject } from '../../common/json.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { at } from './read-object.js';

/** Something that may be done in a namespace. */
export interface Deed {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Of one object; else of all. */
  readonly name?: string;
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether a service account may do it in a namespace. A LocalSubjectAccessReview, which needs rights in that namespace
 * alone: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/local-subject-access-review-v1/
 */
export function accountMay(
  api: KubernetesApi,
  account: Account,
  namespace: string,
  deed: Deed,
): Promise<boolean> {
  const groups = [
    'system:serviceaccounts',
    `system:serviceaccounts:${account.namespace}`,
    'system:authenticated',
  ];
  return ask(api, `/apis/authorization.k8s.io/v1/namespaces/${namespace}/localsubjectaccessreviews`, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'LocalSubjectAccessReview',
    metadata: { namespace },
    spec: {
      user: `system:serviceaccount:${account.namespace}:${account.name}`,
      groups,
      resourceAttributes: { namespace, ...deed },
    },
  });
}

/** Whether the one who asks may do it in a namespace. */
export function iMay(api: KubernetesApi, namespace: string, deed: Deed): Promise<boolean> {
  return ask(api, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { namespace, ...deed } },
  });
}

async function ask(api: KubernetesApi, path: string, review: JsonObject): Promise<boolean> {
  return at(await api.review(path, review), 'status', 'allowed') === true;
}

/** As it stands in a Role: verb, resource with its group, subresource. */
export function deedText({ verb, group, resource, subresource }: Deed): string {
  const name = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${name}${group === '' ? '' : ` (${group})`}`;
}
