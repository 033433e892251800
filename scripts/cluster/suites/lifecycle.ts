import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../../src/common/logger.js';
import { inClusterApi } from '../../../src/server/kubernetes/kubernetes-api.js';
import { tokenFromSecret } from '../../../src/server/kubernetes/token-secret.js';
import type { Check } from '../checks.js';
import { chartFolder, objectsOf } from '../helm.js';
import { inventory } from '../inventory.js';
import { createNamespace, serviceAccountToken } from '../namespaces.js';
import type { Stage } from '../stage.js';

const silent: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const namespace = 'lifecycle';
const otherNamespace = 'lifecycle-controller';
const configMap = 'configmaps/driver-plugin-executor-plugin';
const secretPath = `/api/v1/namespaces/${namespace}/secrets/kfp-driver-server-token`;
const runsSecretPath = `/api/v1/namespaces/${namespace}/secrets/pipeline-runner.service-account-token`;

/** One release from its install to its end, on a namespace of its own. Each check goes on where the one before ended. */
export const lifecycle: readonly Check[] = [
  {
    title: 'helm installs the chart under its default values, as a user who owns the namespace alone',
    run: install,
  },
  { title: "the token's Secret comes without data", run: tokenIsEmpty },
  {
    title: "a run's service account is refused what fills the token's Secret, with a sentence",
    run: runsMayNotFill,
  },
  { title: 'two servers that start at once fill the Secret with one token', run: fill },
  { title: 'a server that starts again takes that token', run: takesToken },
  { title: 'an upgrade keeps the token', run: upgradeKeepsToken },
  { title: 'an upgrade that changes nothing changes no object', run: sameUpgradeChangesNothing },
  { title: "the ConfigMap moves to the controller's namespace, and is never in both", run: configMapMoves },
  { title: 'a rollback keeps the token', run: rollbackKeepsToken },
  {
    title: 'server-side apply of the rendered chart, as GitOps tools do it, keeps the token',
    run: applyKeepsToken,
  },
  { title: 'a second release in the namespace is refused', run: secondReleaseIsRefused },
  { title: 'uninstalling leaves the namespace as it was', run: uninstallLeavesNothing },
];

let before: string[] = [];
let token = '';

/** An admin of the namespace, as a profile's owner is, who has no right outside of it. */
async function install(stage: Stage): Promise<void> {
  const { admin } = stage.cluster;
  await createNamespace(admin, namespace, ['pipeline-runner', 'owner']);
  await admin.expect('POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
    metadata: { name: 'owner' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lifecycle-owner' },
    subjects: [{ kind: 'ServiceAccount', name: 'owner', namespace }],
  });
  await admin.expect('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: 'lifecycle-owner' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  });
  before = await inventory(stage, namespace);
  const owner = await serviceAccountToken(admin, namespace, 'owner');
  await stage.helm.expect('install', 'driver-plugin', chartFolder, '-n', namespace, '--kube-token', owner);
}

async function tokenIsEmpty({ cluster }: Stage): Promise<void> {
  assert.equal((await cluster.admin.expect('GET', secretPath)).data, undefined);
}

async function runsMayNotFill(stage: Stage): Promise<void> {
  await assert.rejects(fillAs(stage, 'pipeline-runner'), {
    message: /may not be read: give the service account get and update on it/,
  });
}

async function fill(stage: Stage): Promise<void> {
  const sources = await Promise.all([1, 2].map(() => fillAs(stage, 'kfp-driver-server')));
  const [first, second] = await Promise.all(sources.map((source) => source.read()));
  assert.match(first ?? '', /^[\w-]{43}$/);
  assert.equal(second, first);
  token = first ?? '';
  // What Kubernetes' own controller does.
  const { admin } = stage.cluster;
  const runs = await admin.expect('GET', runsSecretPath);
  await admin.expect('PUT', runsSecretPath, {
    ...runs,
    data: { token: Buffer.from(token).toString('base64') },
  });
  await assertTokens(stage);
}

async function takesToken(stage: Stage): Promise<void> {
  const source = await fillAs(stage, 'kfp-driver-server');
  assert.equal(await source.read(), token);
}

/** The server's own code, as a service account of the namespace. */
async function fillAs({ cluster }: Stage, account: string) {
  const folder = mkdtempSync(join(cluster.folder, 'service-account-'));
  writeFileSync(join(folder, 'token'), await serviceAccountToken(cluster.admin, namespace, account));
  writeFileSync(join(folder, 'ca.crt'), cluster.ca);
  const { hostname, port } = new URL(cluster.url);
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const place = { namespace, secret: 'kfp-driver-server-token', key: 'token' };
  return tokenFromSecret(inClusterApi(env, folder), place, silent);
}

async function configMapMoves({ cluster, helm }: Stage): Promise<void> {
  await createNamespace(cluster.admin, otherNamespace);
  const values = `plugin.configMap=controller,controller.namespace=${otherNamespace}`;
  await helm.expect('upgrade', 'driver-plugin', chartFolder, '-n', namespace, '--set', values);
  const statusIn = async (where: string) =>
    (await cluster.admin.request('GET', `/api/v1/namespaces/${where}/${configMap}`)).status;
  assert.deepEqual([await statusIn(namespace), await statusIn(otherNamespace)], [404, 200]);
}

async function upgradeKeepsToken(stage: Stage): Promise<void> {
  const changed = ['--set', 'server.logLevel=debug,commonLabels.team=ml'];
  await stage.helm.expect('upgrade', 'driver-plugin', chartFolder, '-n', namespace, ...changed);
  await assertTokens(stage);
  const deployment = await stage.cluster.admin.expect('GET', deploymentPath());
  assert.equal(deployment.metadata.labels.team, 'ml');
}

async function sameUpgradeChangesNothing(stage: Stage): Promise<void> {
  const versions = async () =>
    (await inventory(stage, namespace, { withVersions: true })).filter(
      (line) => !line.includes('/sh.helm.release.'),
    );
  const first = await versions();
  await stage.helm.expect('upgrade', 'driver-plugin', chartFolder, '-n', namespace, '--reuse-values');
  assert.deepEqual(await versions(), first);
}

async function rollbackKeepsToken(stage: Stage): Promise<void> {
  await stage.helm.expect('rollback', 'driver-plugin', '1', '-n', namespace);
  await assertTokens(stage);
  const deployment = await stage.cluster.admin.expect('GET', deploymentPath());
  assert.equal(deployment.metadata.labels.team, undefined);
}

async function applyKeepsToken(stage: Stage): Promise<void> {
  for (const object of objectsOf(await stage.helm.render(namespace, '--no-hooks'))) {
    const path = `${await stage.paths.item(object)}?fieldManager=gitops&force=true`;
    const answer = await stage.cluster.admin.request('PATCH', path, {
      body: object,
      contentType: 'application/apply-patch+yaml',
    });
    assert.equal(answer.status, 200, answer.body.message);
  }
  await assertTokens(stage);
}

async function secondReleaseIsRefused({ helm }: Stage): Promise<void> {
  const { exitCode, stderr } = await helm.run('install', 'second', chartFolder, '-n', namespace);
  assert.equal(exitCode, 1);
  assert.match(stderr, /exists and cannot be imported into the current release/);
}

async function uninstallLeavesNothing(stage: Stage): Promise<void> {
  await stage.helm.expect('uninstall', 'driver-plugin', '-n', namespace);
  assert.deepEqual(await inventory(stage, namespace), before);
  const { status } = await stage.cluster.admin.request(
    'GET',
    `/api/v1/namespaces/${otherNamespace}/${configMap}`,
  );
  assert.equal(status, 404);
}

async function assertTokens({ cluster }: Pick<Stage, 'cluster'>): Promise<void> {
  for (const path of [secretPath, runsSecretPath]) {
    const { data } = await cluster.admin.expect('GET', path);
    assert.equal(Buffer.from(data.token, 'base64').toString(), token, path);
  }
}

function deploymentPath(): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/kfp-driver-server`;
}
