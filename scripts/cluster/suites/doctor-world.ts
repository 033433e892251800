import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chartFolder } from '../helm.js';
import type { KubeClient } from '../kube-client.js';
import { createNamespace, serviceAccountToken } from '../namespaces.js';
import type { Stage } from '../stage.js';
import { kubeconfigOf } from '../start-cluster.js';

export const namespace = 'doctor';
export const controllerNamespace = 'doctor-controller';
const token = 'the-token-of-the-driver-server';
const certificates = new URL('../../../../test/support/certificates/', import.meta.url);
export const pem = (name: string) => readFileSync(new URL(name, certificates), 'utf8');

const core = (of: string) => `/api/v1/namespaces/${of}`;
const apps = (of: string) => `/apis/apps/v1/namespaces/${of}`;
const rbac = (of: string) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${of}`;
export const objectPaths = {
  controller: `${apps(controllerNamespace)}/deployments/workflow-controller`,
  configMap: `${core(namespace)}/configmaps/driver-plugin-executor-plugin`,
  configMaps: `${core(controllerNamespace)}/configmaps`,
  runsBinding: `${rbac(namespace)}/rolebindings/driver-plugin-runs`,
  controllerBinding: `${rbac(namespace)}/rolebindings/driver-plugin-controller`,
  runsToken: `${core(namespace)}/secrets/pipeline-runner.service-account-token`,
  serverBinding: `${rbac(namespace)}/rolebindings/kfp-driver-server`,
  lease: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kfp-driver-server`,
  serverToken: `${core(namespace)}/secrets/kfp-driver-server-token`,
  tls: `${core(namespace)}/secrets/kfp-driver-server-tls`,
  readController: `${rbac(controllerNamespace)}/rolebindings/driver-plugin-doctor-${namespace}`,
} as const;

/** What the suite runs doctor with. */
export interface DoctorWorld {
  /** As the chart's pod for `helm test` gives them, and the way to the server beside. */
  readonly args: readonly string[];
  /** HOST:PORT of the driver server. */
  readonly server: string;
  stop(): void;
}

/**
 * A cluster in which all is well: the chart with all rights and TLS, Deployments of Argo's controller and of KFP's API
 * server, and a kfp-driver-server beside it. What Kubernetes' own controllers would write, which do not run here, is
 * written: the token of the run's account, and the readiness of the server's pods; and who holds their Lease.
 */
export async function createDoctorWorld({ cluster, helm }: Stage): Promise<DoctorWorld> {
  const { admin } = cluster;
  await createNamespace(admin, controllerNamespace, ['argo']);
  await createNamespace(admin, namespace, ['pipeline-runner']);
  await admin.expect('POST', `${core(namespace)}/secrets`, {
    metadata: { name: 'kfp-driver-server-tls' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': pem('server.pem'), 'tls.key': pem('server.key'), 'ca.crt': pem('ca.pem') },
  });
  await createDeployment(admin, 'workflow-controller', 'quay.io/argoproj/workflow-controller:v4.0.8', fast);
  await createDeployment(admin, 'ml-pipeline', 'ghcr.io/kubeflow/kfp-api-server:2.17.0', {});
  await helm.expect('install', 'driver-plugin', chartFolder, '-n', namespace, ...values());
  await fill(admin, objectPaths.serverToken, { token });
  await fill(admin, objectPaths.runsToken, { token: 'a-token-of-kubernetes' });
  const lease = await admin.expect('GET', objectPaths.lease);
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: 'kfp-driver-server-5d9c_1', leaseDurationSeconds: 3600, renewTime };
  await admin.expect('PUT', objectPaths.lease, { ...lease, spec });
  const patch = { status: { replicas: 2, readyReplicas: 2 } };
  const { status } = await admin.request('PATCH', `${apps(namespace)}/deployments/kfp-driver-server/status`, {
    body: patch,
    contentType: 'application/merge-patch+json',
  });
  if (status !== 200) {
    throw new Error(`the Deployment's status was not written: ${status}`);
  }
  const server = await startServerProgram(cluster.folder);
  const account = await serviceAccountToken(admin, namespace, 'driver-plugin-doctor');
  const kubeconfig = join(cluster.folder, 'doctor-kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(cluster.url, cluster.ca, account), { mode: 0o600 });
  return {
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--namespace=${namespace}`,
      `--controller-namespace=${controllerNamespace}`,
      '--service-account=pipeline-runner',
    ],
    ...server,
  };
}

const fast = { ARGO_EXECUTOR_PLUGINS: 'true', DEFAULT_REQUEUE_TIME: '1s', ARGO_AGENT_PATCH_RATE: '1s' };

function values(): string[] {
  const texts = [
    `controller.namespace=${controllerNamespace}`,
    'controller.grantTaskSetStatus=true',
    'doctor.readController=true',
    'server.replicas=2',
    'tls.enabled=true',
    'tls.existingSecret=kfp-driver-server-tls',
    // The name in the tests' certificate.
    'plugin.extraEnv[0].name=DRIVER_TLS_SERVER_NAME',
    'plugin.extraEnv[0].value=localhost',
  ];
  return texts.flatMap((text) => ['--set', text]);
}

async function createDeployment(
  admin: KubeClient,
  name: string,
  image: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const labels = { app: name };
  const env = Object.entries(variables).map(([variable, value]) => ({ name: variable, value }));
  await admin.expect('POST', `${apps(controllerNamespace)}/deployments`, {
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { serviceAccountName: 'argo', containers: [{ name, image, env }] },
      },
    },
  });
}

async function fill(
  admin: KubeClient,
  path: string,
  stringData: Readonly<Record<string, string>>,
): Promise<void> {
  await admin.expect('PUT', path, { ...(await admin.expect('GET', path)), stringData });
}

/** kfp-driver-server as a process: with TLS, the token and the memory engine, for no task is driven. */
async function startServerProgram(folder: string): Promise<Pick<DoctorWorld, 'server' | 'stop'>> {
  const tokenFile = join(folder, 'driver-server-token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const main = fileURLToPath(new URL('../../../src/server/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ENGINE: 'memory',
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: '0',
      ADMIN_PORT: 'off',
      NAMESPACE: namespace,
      SERVER_TOKEN_FILE: tokenFile,
      SERVER_TLS_CERT: pem('server.pem'),
      SERVER_TLS_KEY: pem('server.key'),
    },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const server = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const { message, address } = JSON.parse(line);
      if (message === 'listening') {
        resolve(address);
      }
    });
    child.once('exit', (code) => reject(new Error(`kfp-driver-server ended with ${code}`)));
  });
  return {
    server,
    stop: () => {
      process.removeListener('exit', kill);
      kill();
    },
  };
}
