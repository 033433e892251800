/** What may be asked of the API server: verb, resource with its subresource and group, and the object's name. */
export interface Access {
  readonly verb: string;
  /** As in `workflowtasksets/status`. */
  readonly resource: string;
  readonly group?: string;
  readonly name?: string;
  /** Default: the release's. */
  readonly namespace?: string;
}

const argo = 'argoproj.io';
/** Namespaces of the release and of the controller. */
export const namespace = 'rights';
export const controllerNamespace = 'rights-controller';

export const server = {
  may: [
    { verb: 'get', resource: 'configmaps', name: 'kfp-launcher' },
    { verb: 'get', resource: 'pods', name: 'kfp-driver-server-5d9c' },
    { verb: 'create', resource: 'persistentvolumeclaims' },
    { verb: 'get', resource: 'persistentvolumeclaims', name: 'data' },
    { verb: 'delete', resource: 'persistentvolumeclaims', name: 'data' },
    { verb: 'get', resource: 'workflows', group: argo, name: 'run-1' },
    { verb: 'get', resource: 'secrets', name: 'kfp-driver-server-token' },
    { verb: 'update', resource: 'secrets', name: 'kfp-driver-server-token' },
  ],
  mayNot: [
    { verb: 'get', resource: 'configmaps', name: 'other' },
    { verb: 'list', resource: 'configmaps' },
    { verb: 'update', resource: 'configmaps', name: 'kfp-launcher' },
    { verb: 'get', resource: 'secrets', name: 'other' },
    { verb: 'list', resource: 'secrets' },
    { verb: 'watch', resource: 'secrets' },
    { verb: 'create', resource: 'secrets' },
    { verb: 'patch', resource: 'secrets', name: 'kfp-driver-server-token' },
    { verb: 'delete', resource: 'secrets', name: 'kfp-driver-server-token' },
    { verb: 'list', resource: 'pods' },
    { verb: 'create', resource: 'pods' },
    { verb: 'delete', resource: 'pods', name: 'main' },
    { verb: 'create', resource: 'pods/exec', name: 'main' },
    { verb: 'get', resource: 'pods/log', name: 'main' },
    { verb: 'update', resource: 'persistentvolumeclaims', name: 'data' },
    { verb: 'list', resource: 'persistentvolumeclaims' },
    { verb: 'list', resource: 'workflows', group: argo },
    { verb: 'patch', resource: 'workflows', group: argo, name: 'run-1' },
    { verb: 'create', resource: 'workflows', group: argo },
    { verb: 'patch', resource: 'workflowtasksets/status', group: argo, name: 'run-1' },
    { verb: 'create', resource: 'serviceaccounts/token', name: 'pipeline-runner' },
    { verb: 'create', resource: 'rolebindings', group: 'rbac.authorization.k8s.io' },
    { verb: 'impersonate', resource: 'serviceaccounts', name: 'pipeline-runner' },
    { verb: 'get', resource: 'secrets', name: 'kfp-driver-server-token', namespace: 'default' },
    { verb: 'get', resource: 'configmaps', name: 'kfp-launcher', namespace: 'default' },
    // One replica takes no turns.
    { verb: 'get', resource: 'leases', group: 'coordination.k8s.io', name: 'kfp-driver-server' },
  ],
} satisfies Accesses;

/** Namespace of the release with two replicas. */
export const leaseNamespace = 'lease';
const lease = { resource: 'leases', group: 'coordination.k8s.io', namespace: leaseNamespace };

/** What the server of that release may besides. */
export const leasedServer = {
  may: [
    { verb: 'get', ...lease, name: 'kfp-driver-server' },
    { verb: 'update', ...lease, name: 'kfp-driver-server' },
    { verb: 'watch', ...lease, name: 'kfp-driver-server' },
  ],
  mayNot: [
    { verb: 'create', ...lease },
    { verb: 'list', ...lease },
    { verb: 'watch', ...lease },
    { verb: 'delete', ...lease, name: 'kfp-driver-server' },
    { verb: 'patch', ...lease, name: 'kfp-driver-server' },
    { verb: 'get', ...lease, name: 'other' },
    { verb: 'update', ...lease, name: 'other' },
    { verb: 'get', ...lease, name: 'kfp-driver-server', namespace: 'default' },
  ],
} satisfies Accesses;

export const runAccount = {
  may: [
    { verb: 'list', resource: 'workflowtasksets', group: argo },
    { verb: 'watch', resource: 'workflowtasksets', group: argo },
    { verb: 'patch', resource: 'workflowtasksets/status', group: argo, name: 'run-1' },
  ],
  mayNot: [
    { verb: 'patch', resource: 'workflowtasksets', group: argo, name: 'run-1' },
    { verb: 'create', resource: 'workflowtasksets', group: argo },
    { verb: 'delete', resource: 'workflowtasksets', group: argo, name: 'run-1' },
    // In KFP's own Role, and not from this chart.
    { verb: 'get', resource: 'secrets', name: 'kfp-driver-server-token' },
    { verb: 'watch', resource: 'workflowtasksets', group: argo, namespace: 'default' },
  ],
} satisfies Accesses;

export const controller = {
  may: [{ verb: 'patch', resource: 'workflowtasksets/status', group: argo, name: 'run-1' }],
  mayNot: [
    { verb: 'update', resource: 'workflowtasksets/status', group: argo, name: 'run-1' },
    { verb: 'patch', resource: 'workflowtasksets', group: argo, name: 'run-1' },
    { verb: 'patch', resource: 'workflowtasksets/status', group: argo, name: 'run-1', namespace: 'default' },
  ],
} satisfies Accesses;

export const doctor = {
  may: [
    { verb: 'get', resource: 'configmaps', name: 'driver-plugin-executor-plugin' },
    { verb: 'get', resource: 'secrets', name: 'kfp-driver-server-token' },
    { verb: 'get', resource: 'secrets', name: 'pipeline-runner.service-account-token' },
    { verb: 'get', resource: 'serviceaccounts', name: 'pipeline-runner' },
    { verb: 'create', resource: 'localsubjectaccessreviews', group: 'authorization.k8s.io' },
    { verb: 'list', resource: 'deployments', group: 'apps', namespace: controllerNamespace },
    {
      verb: 'get',
      resource: 'configmaps',
      name: 'workflow-controller-configmap',
      namespace: controllerNamespace,
    },
  ],
  mayNot: [
    { verb: 'get', resource: 'secrets', name: 'other' },
    { verb: 'list', resource: 'secrets' },
    { verb: 'update', resource: 'secrets', name: 'kfp-driver-server-token' },
    { verb: 'update', resource: 'deployments', group: 'apps', name: 'kfp-driver-server' },
    { verb: 'get', resource: 'secrets', name: 'any', namespace: controllerNamespace },
    { verb: 'create', resource: 'subjectaccessreviews', group: 'authorization.k8s.io' },
  ],
} satisfies Accesses;

/** Namespace of the release that has the webhook. */
export const webhookNamespace = 'webhook';
const admission = 'admissionregistration.k8s.io';

export const webhook = {
  may: [
    {
      verb: 'get',
      resource: 'secrets',
      name: 'driver-plugin-webhook-certificate',
      namespace: webhookNamespace,
    },
    {
      verb: 'update',
      resource: 'secrets',
      name: 'driver-plugin-webhook-certificate',
      namespace: webhookNamespace,
    },
    {
      verb: 'get',
      resource: 'mutatingwebhookconfigurations',
      group: admission,
      name: 'driver-plugin-webhook',
    },
    {
      verb: 'update',
      resource: 'mutatingwebhookconfigurations',
      group: admission,
      name: 'driver-plugin-webhook',
    },
  ],
  mayNot: [
    { verb: 'get', resource: 'secrets', name: 'other', namespace: webhookNamespace },
    { verb: 'get', resource: 'secrets', name: 'kfp-driver-server-token', namespace: webhookNamespace },
    { verb: 'list', resource: 'secrets', namespace: webhookNamespace },
    { verb: 'create', resource: 'secrets', namespace: webhookNamespace },
    {
      verb: 'delete',
      resource: 'secrets',
      name: 'driver-plugin-webhook-certificate',
      namespace: webhookNamespace,
    },
    { verb: 'get', resource: 'secrets', name: 'driver-plugin-webhook-certificate', namespace: 'default' },
    { verb: 'get', resource: 'mutatingwebhookconfigurations', group: admission, name: 'other' },
    { verb: 'update', resource: 'mutatingwebhookconfigurations', group: admission, name: 'other' },
    { verb: 'list', resource: 'mutatingwebhookconfigurations', group: admission },
    { verb: 'create', resource: 'mutatingwebhookconfigurations', group: admission },
    {
      verb: 'delete',
      resource: 'mutatingwebhookconfigurations',
      group: admission,
      name: 'driver-plugin-webhook',
    },
    { verb: 'get', resource: 'workflows', group: argo, name: 'run-1', namespace: webhookNamespace },
    { verb: 'list', resource: 'namespaces' },
  ],
} satisfies Accesses;

export interface Accesses {
  readonly may: readonly Access[];
  readonly mayNot: readonly Access[];
}
