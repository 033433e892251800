import assert from 'node:assert/strict';
import type { Check, Stage } from '../checks.js';
import { chartFolder, objectsOf } from '../helm.js';
import type { KubeObject } from '../kube-client.js';
import { createNamespace, serviceAccountToken } from '../namespaces.js';

const namespace = 'lifecycle';
const token = 'not-a-real-token';
const secretPath = `/api/v1/namespaces/${namespace}/secrets/kfp-driver-server-token`;
const runsSecretPath = `/api/v1/namespaces/${namespace}/secrets/pipeline-runner.service-account-token`;

/** One release from its install to its end, on a namespace of its own. Each check goes on where the one before ended. */
export const lifecycle: readonly Check[] = [
  {
    title: 'helm installs the chart under its default values, as a user who owns the namespace alone',
    run: install,
  },
  { title: "the token's Secret comes without data", run: tokenIsEmpty },
  { title: "the server's account fills the token's Secret", run: fill },
  { title: 'an upgrade keeps the token', run: upgradeKeepsToken },
  { title: 'an upgrade that changes nothing changes no object', run: sameUpgradeChangesNothing },
  { title: 'a rollback keeps the token', run: rollbackKeepsToken },
  {
    title: 'server-side apply of the rendered chart, as GitOps tools do it, keeps the token',
    run: applyKeepsToken,
  },
  { title: 'a second release in the namespace is refused', run: secondReleaseIsRefused },
  { title: 'uninstalling leaves the namespace as it was', run: uninstallLeavesNothing },
];

let before: string[] = [];

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
  before = await inventory(stage);
  const owner = await serviceAccountToken(admin, namespace, 'owner');
  await stage.helm.expect('install', 'driver-plugin', chartFolder, '-n', namespace, '--kube-token', owner);
}

async function tokenIsEmpty({ cluster }: Stage): Promise<void> {
  assert.equal((await cluster.admin.expect('GET', secretPath)).data, undefined);
}

async function fill({ cluster }: Stage): Promise<void> {
  const server = cluster.admin.as(await serviceAccountToken(cluster.admin, namespace, 'kfp-driver-server'));
  const secret = await server.expect('GET', secretPath);
  const data = { token: Buffer.from(token).toString('base64') };
  await server.expect('PUT', secretPath, { ...secret, data });
  server.close();
  // What Kubernetes' own controller does.
  const runs = await cluster.admin.expect('GET', runsSecretPath);
  await cluster.admin.expect('PUT', runsSecretPath, { ...runs, data });
  await assertTokens({ cluster });
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
    (await inventory(stage, true)).filter((line) => !line.includes('/sh.helm.release.'));
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
  assert.deepEqual(await inventory(stage), before);
}

async function assertTokens({ cluster }: Pick<Stage, 'cluster'>): Promise<void> {
  for (const path of [secretPath, runsSecretPath]) {
    const { data } = await cluster.admin.expect('GET', path);
    assert.equal(Buffer.from(data.token, 'base64').toString(), token, path);
  }
}

/** Every object of the namespace, by path, with its resourceVersion where that is asked for. */
async function inventory({ cluster, paths }: Stage, withVersions = false): Promise<string[]> {
  const collections = (await paths.namespaced(namespace)).filter((path) => !/\/events$/.test(path));
  const lists = await Promise.all(
    collections.map(async (path) => {
      const answer = await cluster.admin.request('GET', path);
      const items: KubeObject[] = answer.status === 200 ? (answer.body.items ?? []) : [];
      return items.map(
        ({ metadata }) => `${path}/${metadata.name}${withVersions ? ` ${metadata.resourceVersion}` : ''}`,
      );
    }),
  );
  return lists.flat().sort();
}

function deploymentPath(): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/kfp-driver-server`;
}
