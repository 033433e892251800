import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../../src/common/settings.js';
import { shortLease, startLeasedServer } from '../../../test/support/start-leased-server.js';
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.js';
import { whileChanged } from '../change-object.js';
import type { Check } from '../checks.js';
import { chartFolder } from '../helm.js';
import type { KubeObject } from '../kube-client.js';
import { createNamespace, serviceAccountToken } from '../namespaces.js';
import type { Stage } from '../stage.js';
import { leasedServer, leaseNamespace as namespace } from './expected-rights.js';
import { checksOf } from './rights.js';

type LeasedServer = Awaited<ReturnType<typeof startLeasedServer>>;

const name = 'kfp-driver-server';
const leasePath = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
const bindingPath = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings/${name}`;
const patienceMs = 40_000;

/** Made by the first check; the last one ends them. */
const ends: (() => unknown)[] = [];
const servers: LeasedServer[] = [];
let proxy: TcpProxy | undefined;
let account: Environment = {};

const specOf = ({ cluster }: Stage): Promise<KubeObject> =>
  cluster.admin.expect('GET', leasePath).then(({ spec }) => spec ?? {});

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + patienceMs;
  while (!(await holds())) {
    assert.ok(Date.now() < endMs, `${what} did not come to hold`);
    await sleep(50);
  }
}

/** A replica as the Deployment would start it, with the rights of its account; its lease is as short as said. */
async function startReplica(url: string, times: Environment = {}): Promise<LeasedServer> {
  const t = { after: (end: () => unknown) => ends.push(end) } as unknown as Parameters<
    typeof startLeasedServer
  >[0];
  const env = { LEASE_NAME: name, NAMESPACE: namespace, ENGINE: 'memory', ...account, ...times };
  const server = await startLeasedServer(t, url, 0, env);
  servers.push(server);
  return server;
}

const serves = async (server: LeasedServer) => (await server.health('')) === 'SERVING';

async function install({ cluster, helm }: Stage): Promise<void> {
  const { admin, ca, folder, url } = cluster;
  await createNamespace(admin, namespace, ['pipeline-runner']);
  await helm.expect('install', 'driver-plugin', chartFolder, '-n', namespace, '--set', 'server.replicas=2');
  const accountFolder = join(folder, 'lease-account');
  mkdirSync(accountFolder);
  const [caFile, tokenFile] = [join(accountFolder, 'ca.crt'), join(accountFolder, 'token')];
  writeFileSync(caFile, ca);
  writeFileSync(tokenFile, await serviceAccountToken(admin, namespace, name), { mode: 0o600 });
  account = { KUBERNETES_CA_FILE: caFile, KUBERNETES_TOKEN_FILE: tokenFile };
  proxy = await startTcpProxy(Number(new URL(url).port));
}

async function oneDrives(stage: Stage): Promise<void> {
  assert.deepEqual(await specOf(stage), {});
  const first = await startReplica(`https://${proxy?.address}`, shortLease);
  await eventually('the first replica drives', () => serves(first));
  const { holderIdentity, leaseDurationSeconds, leaseTransitions } = await specOf(stage);
  assert.match(holderIdentity, /_[-0-9a-f]{36}$/);
  assert.deepEqual([leaseDurationSeconds, leaseTransitions], [4, 1]);
  const second = await startReplica(stage.cluster.url, shortLease);
  await eventually('the second one is ready', async () => (await second.health('readiness')) === 'SERVING');
  await sleep(6_000);
  assert.deepEqual([await serves(first), await serves(second)], [true, false]);
  assert.equal((await specOf(stage)).holderIdentity, holderIdentity);
}

async function upgradeKeepsHolder(stage: Stage): Promise<void> {
  const before = await specOf(stage);
  const values = 'server.replicas=2,server.logLevel=debug';
  await stage.helm.expect('upgrade', 'driver-plugin', chartFolder, '-n', namespace, '--set', values);
  assert.equal((await specOf(stage)).holderIdentity, before.holderIdentity);
}

async function cutNetwork(stage: Stage): Promise<void> {
  const [first, second] = servers;
  assert.ok(proxy !== undefined && first !== undefined && second !== undefined);
  const { leaseTransitions } = await specOf(stage);
  proxy.mode = 'frozen';
  await eventually('the first one gives up', async () => !(await serves(first)));
  assert.equal(await serves(second), false);
  await eventually('the second one drives', () => serves(second));
  proxy.mode = 'forward';
  proxy.cut();
  await eventually('the first one is ready', async () => (await first.health('readiness')) === 'SERVING');
  assert.deepEqual([await serves(first), await serves(second)], [false, true]);
  assert.equal((await specOf(stage)).leaseTransitions, leaseTransitions + 1);
}

async function drain(): Promise<void> {
  const [first, second] = servers;
  assert.ok(first !== undefined && second !== undefined);
  second.kill('SIGTERM');
  await eventually('the first one drives again', () => serves(first));
  assert.deepEqual(await second.ended, [0, null]);
}

/** With the times that the chart leaves at their defaults. */
async function kill(stage: Stage): Promise<void> {
  servers.shift()?.kill('SIGTERM');
  servers.shift();
  const third = await startReplica(stage.cluster.url);
  await eventually('the third one drives', () => serves(third));
  const fourth = await startReplica(stage.cluster.url);
  await eventually('the fourth one waits', async () =>
    fourth.messages().includes('waits for the lease, and drives nothing'),
  );
  third.kill('SIGKILL');
  const killedMs = performance.now();
  await eventually('the fourth one drives', () => serves(fourth));
  process.stdout.write(`    it took ${Math.round(performance.now() - killedMs)} ms\n`);
}

async function lackRight({ cluster }: Stage): Promise<void> {
  const server = await whileChanged(
    cluster.admin,
    bindingPath,
    () => 'delete',
    async () => {
      const without = await startReplica(cluster.url);
      await eventually('it is not ready', async () => (await without.health('readiness')) === 'NOT_SERVING');
      return without;
    },
  );
  const reasons = server.log.map(({ reason }) => reason);
  assert.ok(
    reasons.includes(
      `Kubernetes forbids to get the Lease ${namespace}/${name} (403): give the service account get, update and watch on it`,
    ),
    JSON.stringify(reasons),
  );
  assert.equal(await server.health('liveness'), 'SERVING');
}

async function end({ helm }: Stage): Promise<void> {
  await Promise.all(ends.map((stop) => stop()));
  await proxy?.close();
  await helm.expect('uninstall', 'driver-plugin', '-n', namespace);
}

/** Two replicas as processes on this host, with the rights that the chart gives their account. */
export const leaseChecks: readonly Check[] = [
  { title: 'a release with two replicas can be installed, with a Lease that nobody holds', run: install },
  ...checksOf('the server of two replicas', `${namespace}:${name}`, leasedServer),
  {
    title: 'of two replicas one holds the Lease and serves; the other is ready, and does not',
    run: oneDrives,
  },
  { title: 'an upgrade of the release leaves the Lease to its holder', run: upgradeKeepsHolder },
  {
    title: 'a replica that is cut off from the API gives up before the other one drives, and waits after',
    run: cutNetwork,
  },
  { title: 'a replica that ends gives the Lease to the other one', run: drain },
  { title: 'a replica that is killed loses the Lease to the other one when it is over', run: kill },
  {
    title: 'a replica whose account lacks the right to the Lease is not ready, lives, and says so',
    run: lackRight,
  },
  { title: 'the release with two replicas can be uninstalled', run: end },
];
