import assert from 'node:assert/strict';
import type { Check } from '../checks.js';
import { chartFolder, objectsOf } from '../helm.js';
import { createNamespace, serviceAccountToken } from '../namespaces.js';
import type { Stage } from '../stage.js';
import {
  type Access,
  type Accesses,
  controller,
  controllerNamespace,
  doctor,
  namespace,
  runAccount,
  server,
} from './expected-rights.js';

/** The accounts of a release, each asked of the API server by SubjectAccessReviews. */
export const rights: readonly Check[] = [
  { title: 'a release with all rights can be installed', run: install },
  ...checksOf('the server', `${namespace}:kfp-driver-server`, server),
  ...checksOf("a run's service account", `${namespace}:pipeline-runner`, runAccount),
  ...checksOf("Argo's controller", `${controllerNamespace}:argo`, controller),
  ...checksOf('doctor', `${namespace}:driver-plugin-doctor`, doctor),
  {
    title: "the agent's own requests go through as the run's service account, and the controller's patch",
    run: agentWorks,
  },
  { title: 'nothing that the chart installs by default is cluster-wide', run: nothingIsClusterWide },
];

async function install({ cluster, helm }: Stage): Promise<void> {
  await createNamespace(cluster.admin, namespace, ['pipeline-runner']);
  await createNamespace(cluster.admin, controllerNamespace, ['argo']);
  const values = [
    `controller.namespace=${controllerNamespace}`,
    'controller.grantTaskSetStatus=true',
    'doctor.readController=true',
  ];
  await helm.expect('install', 'driver-plugin', chartFolder, '-n', namespace, '--set', values.join(','));
}

export function checksOf(who: string, account: string, { may, mayNot }: Accesses): Check[] {
  const user = `system:serviceaccount:${account}`;
  return [
    ...may.map((access) => ({
      title: `${who} may ${describe(access)}`,
      run: async (stage: Stage) => assert.equal(await isAllowed(stage, user, access), true),
    })),
    ...mayNot.map((access) => ({
      title: `${who} may not ${describe(access)}`,
      run: async (stage: Stage) => assert.equal(await isAllowed(stage, user, access), false),
    })),
  ];
}

async function isAllowed({ cluster }: Stage, user: string, access: Access): Promise<boolean> {
  const [resource, subresource] = access.resource.split('/');
  const [, , group, account] = user.split(':');
  const review = await cluster.admin.expect('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    spec: {
      user,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${group}`, 'system:authenticated'],
      resourceAttributes: {
        namespace: access.namespace ?? namespace,
        verb: access.verb,
        group: access.group ?? '',
        resource,
        ...(subresource !== undefined && { subresource }),
        ...(access.name !== undefined && { name: access.name }),
      },
    },
  });
  assert.ok(account !== undefined && review.status !== undefined);
  return review.status.allowed;
}

function describe({ verb, resource, name, namespace: other }: Access): string {
  const where = other === undefined ? '' : ` in ${other}`;
  return `${verb} ${resource}${name === undefined ? '' : ` "${name}"`}${where}`;
}

/** What workflow/executor/agent.go and workflow/controller/taskset.go of Argo send. */
async function agentWorks({ cluster }: Stage): Promise<void> {
  const { admin } = cluster;
  const sets = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflowtasksets`;
  await admin.expect('POST', sets, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTaskSet',
    metadata: { name: 'run-1' },
    spec: { tasks: {} },
  });
  const runner = admin.as(await serviceAccountToken(admin, namespace, 'pipeline-runner'));
  const watch = await runner.request(
    'GET',
    `${sets}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Drun-1`,
  );
  assert.equal(watch.status, 200);
  const controllers = admin.as(await serviceAccountToken(admin, controllerNamespace, 'argo'));
  for (const [client, phase] of [
    [runner, 'Succeeded'],
    [controllers, 'Failed'],
  ] as const) {
    const answer = await client.request('PATCH', `${sets}/run-1/status`, {
      body: { status: { nodes: { node: { phase } } } },
      contentType: 'application/merge-patch+json',
    });
    assert.equal(answer.status, 200, answer.body.message);
    assert.equal((await admin.expect('GET', `${sets}/run-1`)).status.nodes.node.phase, phase);
    client.close();
  }
}

async function nothingIsClusterWide({ helm, paths }: Stage): Promise<void> {
  for (const object of objectsOf(await helm.render(namespace))) {
    const path = await paths.collection(object);
    assert.match(path, new RegExp(`/namespaces/${namespace}/`), `${object.kind} ${object.metadata.name}`);
  }
}
