import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Daemon, freePort, startDaemon } from './daemon.js';
import { chartFolder } from './helm.js';
import type { KubeObject } from './kube-client.js';
import { createNamespace, serviceAccountToken } from './namespaces.js';
import type { Stage } from './stage.js';
import { webhookNamespace as namespace } from './suites/expected-rights.js';

/** The chart's webhook, whose process runs on this host. */
export interface WebhookRelease {
  readonly namespace: string;
  /** The port of this host to which its Service leads. */
  readonly port: number;
  /** Starts the process as the Deployment would, with the rights of its account. */
  start(): Daemon;
}

const name = 'driver-plugin-webhook';
const configurationPath = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${name}`;
const command = fileURLToPath(new URL('../../src/cli/webhook.js', import.meta.url));

/** Installs the release with helm, and has its Service lead to a port of this host, since there are no pods here. */
export async function installWebhook(stage: Stage): Promise<WebhookRelease> {
  const { admin, url, ca, folder } = stage.cluster;
  await createNamespace(admin, namespace, ['pipeline-runner']);
  await stage.helm.expect('install', 'webhook', chartFolder, '-n', namespace, '--set', 'adopt.enabled=true');
  const port = await freePort();
  const services = `/api/v1/namespaces/${namespace}/services`;
  await admin.expect('DELETE', `${services}/${name}`);
  await admin.expect('POST', services, {
    metadata: { name },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  });
  const configuration = await readConfiguration(stage);
  configuration.webhooks[0].clientConfig.service.port = port;
  await admin.expect('PUT', configurationPath, configuration);
  const accountFolder = join(folder, 'webhook-account');
  mkdirSync(accountFolder);
  writeFileSync(join(accountFolder, 'ca.crt'), ca);
  writeFileSync(join(accountFolder, 'token'), await serviceAccountToken(admin, namespace, name), {
    mode: 0o600,
  });
  const env = {
    ...(await environmentOfDeployment(stage)),
    SERVER_HOST: 'localhost',
    SERVER_PORT: String(port),
    ADMIN_PORT: 'off',
    SHUTDOWN_GRACE_SECONDS: '0',
    SERVICE_ACCOUNT_FOLDER: accountFolder,
    KUBERNETES_SERVICE_HOST: new URL(url).hostname,
    KUBERNETES_SERVICE_PORT: new URL(url).port,
  };
  // Until the command line has the command: a process that runs it.
  const script = `setInterval(() => {}, 1e9); const { run } = await import(${JSON.stringify(command)}); process.exit(await run([]));`;
  return {
    namespace,
    port,
    start: () =>
      startDaemon(
        'driver-plugin webhook',
        process.execPath,
        ['--input-type=module', '-e', script],
        join(folder, `webhook-${Date.now()}.log`),
        env,
      ),
  };
}

export function readConfiguration({ cluster }: Stage): Promise<KubeObject> {
  return cluster.admin.expect('GET', configurationPath);
}

/** Writes another CA into the configuration; base64 of PEM. */
export async function writeCaBundle(stage: Stage, caBundle: string): Promise<void> {
  const configuration = await readConfiguration(stage);
  configuration.webhooks[0].clientConfig.caBundle = caBundle;
  await stage.cluster.admin.expect('PUT', configurationPath, configuration);
}

/** The data of its Secret, decoded. */
export async function readCertificate({ cluster }: Stage): Promise<Readonly<Record<string, string>>> {
  const { data = {} } = await cluster.admin.expect(
    'GET',
    `/api/v1/namespaces/${namespace}/secrets/${name}-certificate`,
  );
  const decoded = Object.entries(data).map(([key, text]) => [
    key,
    Buffer.from(String(text), 'base64').toString(),
  ]);
  return Object.fromEntries(decoded);
}

async function environmentOfDeployment({ cluster }: Stage): Promise<Record<string, string>> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const { spec } = await cluster.admin.expect('GET', path);
  const { env } = spec.template.spec.containers[0];
  return Object.fromEntries(env.map((one: KubeObject) => [one.name, one.value ?? '']));
}

/** How often the API server has admitted without the webhook's answer. */
export async function failOpenCount({ cluster }: Stage): Promise<number> {
  const { body } = await cluster.admin.request('GET', '/metrics');
  const line = /^apiserver_admission_webhook_fail_open_count\{name="adopt[^}]*type="admit"\} (\d+)$/m.exec(
    String(body),
  );
  return Number(line?.[1] ?? 0);
}
