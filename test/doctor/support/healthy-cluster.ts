import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { readVersion } from '../../../src/common/version.js';
import type { Answers, KubeObject } from './api-server.js';

export const namespace = 'team-a';
const deployments = (of: string) => `/apis/apps/v1/namespaces/${of}/deployments`;
export const paths = {
  crds: '/apis/argoproj.io/v1alpha1',
  controllers: deployments('kubeflow'),
  mlPipeline: `${deployments('kubeflow')}/ml-pipeline`,
  configMap: `/api/v1/namespaces/${namespace}/configmaps/driver-plugin-executor-plugin`,
  configMapOfController: '/api/v1/namespaces/kubeflow/configmaps/driver-plugin-executor-plugin',
  account: `/api/v1/namespaces/${namespace}/serviceaccounts/pipeline-runner`,
  accountToken: `/api/v1/namespaces/${namespace}/secrets/pipeline-runner.service-account-token`,
  serverToken: `/api/v1/namespaces/${namespace}/secrets/kfp-driver-server-token`,
  serverTls: `/api/v1/namespaces/${namespace}/secrets/kfp-driver-server-tls`,
  service: `/api/v1/namespaces/${namespace}/services/kfp-driver-server`,
  servers: deployments(namespace),
  lease: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kfp-driver-server`,
  webhooks:
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?labelSelector=app.kubernetes.io%2Fpart-of%3Ddriver-plugin',
  dryRun: `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows?dryRun=All`,
} as const;

/** Rights that reviews deny: "ACCOUNT VERB RESOURCE", with "you" for the one who asks. */
export interface Cluster {
  readonly objects: Record<string, KubeObject>;
  readonly denied: Set<string>;
}

export const driverToken = 'the-token-of-the-driver-server';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The container of plugin.yaml, which Argo's own tool makes the ConfigMap of. */
export function pluginContainer(): KubeObject {
  const manifest = parse(readFileSync(new URL('../../../../plugin.yaml', import.meta.url), 'utf8'));
  const container = manifest.spec.sidecar.container;
  const hasToken = container.env.some(({ name }: KubeObject) => name === 'DRIVER_TOKEN');
  const reference = { secretKeyRef: { name: 'kfp-driver-server-token', key: 'token' } };
  return hasToken
    ? container
    : { ...container, env: [...container.env, { name: 'DRIVER_TOKEN', valueFrom: reference }] };
}

export function configMapOf(container: KubeObject, of = namespace): KubeObject {
  return {
    metadata: {
      name: 'driver-plugin-executor-plugin',
      namespace: of,
      labels: { 'workflows.argoproj.io/configmap-type': 'ExecutorPlugin' },
    },
    data: { 'sidecar.automountServiceAccountToken': 'false', 'sidecar.container': stringify(container) },
  };
}

export function controllerDeployment(
  env: Record<string, string>,
  image = 'v4.0.8',
  args: string[] = [],
): KubeObject {
  const container = {
    name: 'workflow-controller',
    image: `quay.io/argoproj/workflow-controller:${image}`,
    command: ['workflow-controller'],
    args: ['--configmap', 'workflow-controller-configmap', ...args],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
  };
  return {
    metadata: { name: 'workflow-controller', namespace: 'kubeflow' },
    spec: { template: { spec: { serviceAccountName: 'argo', containers: [container] } } },
  };
}

export const fastController = {
  ARGO_EXECUTOR_PLUGINS: 'true',
  DEFAULT_REQUEUE_TIME: '1s',
  ARGO_AGENT_PATCH_RATE: '1s',
};

export function serverDeployment(env: Record<string, string> = {}, readyReplicas = 1): KubeObject {
  const labels = { 'app.kubernetes.io/name': 'kfp-driver-server' };
  const container = {
    name: 'kfp-driver-server',
    image: `registry.example.com/kfp-driver-server:${readVersion()}-kfp2.17.0`,
    ports: [{ name: 'grpc', containerPort: 9000 }],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
  };
  return {
    metadata: { name: 'kfp-driver-server', namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
    status: { readyReplicas },
  };
}

export function apiServerOfKfp(version: string): KubeObject {
  const image = `ghcr.io/kubeflow/kfp-api-server:${version}`;
  return {
    metadata: { name: 'ml-pipeline' },
    spec: { template: { spec: { containers: [{ name: 'ml-pipeline-api-server', image }] } } },
  };
}

/** A cluster in which all is well. */
export function healthyCluster(): Cluster {
  const objects: Record<string, KubeObject> = {
    '/version': { gitVersion: 'v1.34.4' },
    [`/api/v1/namespaces/${namespace}`]: { metadata: { name: namespace, labels: {} } },
    [paths.crds]: { resources: [{ name: 'workflows' }, { name: 'workflowtasksets' }] },
    [paths.controllers]: { items: [controllerDeployment(fastController)] },
    [paths.mlPipeline]: apiServerOfKfp('2.17.0'),
    [paths.configMap]: configMapOf(pluginContainer()),
    [paths.account]: { metadata: { name: 'pipeline-runner' } },
    [paths.accountToken]: { type: 'kubernetes.io/service-account-token', data: { token: base64('jwt') } },
    [paths.serverToken]: { type: 'Opaque', data: { token: base64(driverToken) } },
    [paths.service]: {
      metadata: { name: 'kfp-driver-server' },
      spec: {
        clusterIP: 'None',
        selector: { 'app.kubernetes.io/name': 'kfp-driver-server' },
        ports: [{ name: 'grpc', port: 9000 }],
      },
    },
    [paths.servers]: { items: [serverDeployment()] },
    [paths.webhooks]: { items: [] },
  };
  return { objects, denied: new Set() };
}

/** The cluster as its API answers. */
export function answersOf({ objects, denied }: Cluster): Answers {
  return ({ method, path, body }) => {
    if (method === 'POST' && body.spec.resourceAttributes !== undefined) {
      const { verb, resource, subresource } = body.spec.resourceAttributes;
      const user = body.spec.user === undefined ? 'you' : body.spec.user.split(':').at(-1);
      const what = subresource === undefined ? resource : `${resource}/${subresource}`;
      return { ...body, status: { allowed: !denied.has(`${user} ${verb} ${what}`) } };
    }
    return objects[path];
  };
}
