import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, freePort, startDaemon } from './daemon.js';
import { createKubeClient, type KubeClient } from './kube-client.js';
import type { Programs } from './programs.js';

/** A real kube-apiserver with RBAC on a real etcd, on loopback. No controllers, no scheduler, no kubelet. */
export interface Cluster {
  /** https://127.0.0.1:PORT */
  readonly url: string;
  /** PEM of the CA of its certificate. */
  readonly ca: string;
  /** As a member of system:masters. */
  readonly admin: KubeClient;
  /** kubeconfig of the same user. */
  readonly kubeconfig: string;
  /** A folder that goes with the cluster. */
  readonly folder: string;
  stop(): Promise<void>;
}

const startTimeoutMs = 120_000;

/** Starts both programs. Rejects with the last lines of the one that ended. */
export async function startCluster(programs: Pick<Programs, 'etcd' | 'kubeApiserver'>): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'driver-plugin-cluster-'));
  const [clientPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const adminToken = randomBytes(16).toString('hex');
  const daemons = [
    startDaemon('etcd', programs.etcd, etcdFlags(folder, clientPort, peerPort), join(folder, 'etcd.log')),
    startDaemon(
      'kube-apiserver',
      programs.kubeApiserver,
      apiserverFlags(folder, clientPort, port, adminToken),
      join(folder, 'kube-apiserver.log'),
    ),
  ];
  const url = `https://127.0.0.1:${port}`;
  const stop = async (admin?: KubeClient) => {
    admin?.close();
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { ca, admin } = await waitUntilReady(url, folder, adminToken, daemons);
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf(url, ca, adminToken), { mode: 0o600 });
    return { url, ca, admin, kubeconfig, folder, stop: () => stop(admin) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function etcdFlags(folder: string, clientPort: number, peerPort: number): string[] {
  const [client, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
  ];
}

function apiserverFlags(folder: string, etcdPort: number, port: number, adminToken: string): string[] {
  const keyFile = join(folder, 'service-account.key');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(keyFile, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  const tokenFile = join(folder, 'tokens.csv');
  writeFileSync(tokenFile, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 });
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${keyFile}`,
    `--service-account-signing-key-file=${keyFile}`,
    `--token-auth-file=${tokenFile}`,
    '--authorization-mode=RBAC',
  ];
}

async function waitUntilReady(url: string, folder: string, token: string, daemons: readonly Daemon[]) {
  const deadline = Date.now() + startTimeoutMs;
  const certificate = join(folder, 'certificates', 'apiserver.crt');
  for (;;) {
    const ended = daemons.find((daemon) => daemon.hasEnded());
    if (ended !== undefined) {
      throw new Error(`${ended.name} ended:\n${ended.tail()}`);
    }
    const ready = await tryReady(url, certificate, token);
    if (ready !== undefined) {
      return ready;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `kube-apiserver was not ready after ${startTimeoutMs / 1000} s:\n${daemons[1]?.tail()}`,
      );
    }
    await sleep(200);
  }
}

async function tryReady(url: string, certificate: string, token: string) {
  let client: KubeClient | undefined;
  try {
    // The server's self-made certificate is followed by that of its CA, and serves as both.
    const ca = readFileSync(certificate, 'utf8');
    client = createKubeClient(url, ca, token);
    const { status } = await client.request('GET', '/readyz');
    if (status === 200) {
      return { ca, admin: client };
    }
  } catch {
    // Not there yet.
  }
  client?.close();
  return undefined;
}

/** A kubeconfig as JSON, which is YAML too. */
export function kubeconfigOf(url: string, ca: string, token: string): string {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'cluster',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: 'user' } }],
  });
}
