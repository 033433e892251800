import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Check } from '../checks.js';
import { compareWithFile } from '../compare-with-file.js';
import { objectsOf } from '../helm.js';
import type { KubeObject } from '../kube-client.js';
import { createNamespace } from '../namespaces.js';
import type { Stage } from '../stage.js';

const component = fileURLToPath(new URL('../../../../manifests/kfp', import.meta.url));
const head =
  '# What the chart renders with the values beside it: `npm run test:cluster -- --update` writes it.\n';

/** Of KFP's own Deployment, what the component patches. */
const controller = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'workflow-controller', namespace: 'kubeflow' },
  spec: {
    selector: { matchLabels: { app: 'workflow-controller' } },
    template: {
      metadata: { labels: { app: 'workflow-controller' } },
      spec: {
        containers: [
          {
            name: 'workflow-controller',
            image: 'quay.io/argoproj/workflow-controller:v4.0.8',
            env: [{ name: 'TRANSIENT_ERROR_PATTERN', value: 'evict' }],
          },
        ],
      },
    },
  },
};

/** manifests/kfp: the rendered chart, and what the real kustomize makes of it in an overlay. */
export function kfpComponent(update: boolean): readonly Check[] {
  return [
    {
      title: 'manifests/kfp has the chart as it renders now',
      run: async ({ helm }) => {
        const rendered = await helm.render('kubeflow', '--values', join(component, 'values.yaml'));
        compareWithFile('manifests/kfp/driver-plugin.yaml', `${head}${rendered}`, update);
      },
    },
    {
      title: "an overlay with manifests/kfp gives Argo's controller its three variables",
      run: patchesController,
    },
    { title: 'every object of that overlay passes server-side validation', run: overlayIsValid },
    { title: "the controller of the overlay's namespace gets its missing right", run: grantsRight },
  ];
}

async function patchesController(stage: Stage): Promise<void> {
  const objects = await buildOverlay(stage);
  const deployment = objects.find(({ metadata }) => metadata.name === 'workflow-controller');
  const env = deployment.spec.template.spec.containers[0].env;
  assert.deepEqual(Object.fromEntries(env.map(({ name, value }: KubeObject) => [name, value])), {
    ARGO_EXECUTOR_PLUGINS: 'true',
    DEFAULT_REQUEUE_TIME: '1s',
    ARGO_AGENT_PATCH_RATE: '1s',
    TRANSIENT_ERROR_PATTERN: 'evict',
  });
}

async function overlayIsValid(stage: Stage): Promise<void> {
  await createNamespace(stage.cluster.admin, 'overlay', ['pipeline-runner']);
  for (const object of await buildOverlay(stage)) {
    const path = `${await stage.paths.collection(object)}?fieldValidation=Strict`;
    await stage.cluster.admin.expect('POST', path, object);
  }
}

async function grantsRight({ cluster }: Stage): Promise<void> {
  const review = await cluster.admin.expect('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    spec: {
      user: 'system:serviceaccount:overlay:argo',
      resourceAttributes: {
        namespace: 'overlay',
        verb: 'patch',
        group: 'argoproj.io',
        resource: 'workflowtasksets',
        subresource: 'status',
      },
    },
  });
  assert.equal(review.status.allowed, true);
}

async function buildOverlay({ cluster, kustomize }: Stage): Promise<KubeObject[]> {
  const folder = join(cluster.folder, 'overlay');
  mkdirSync(folder, { recursive: true });
  cpSync(component, join(folder, 'kfp'), { recursive: true });
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'argo', namespace: 'kubeflow' },
  };
  writeFileSync(
    join(folder, 'controller.yaml'),
    `${JSON.stringify(controller)}\n---\n${JSON.stringify(account)}\n`,
  );
  const overlay = { namespace: 'overlay', resources: ['controller.yaml'], components: ['kfp'] };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
  const { stdout } = await promisify(execFile)(kustomize, ['build', folder]);
  return objectsOf(stdout);
}
