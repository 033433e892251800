import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Environment } from '../../src/common/settings.js';
import {
  type AdmissionResponse,
  admitted,
  assertUnchanged,
  patched,
  reviewOf,
} from '../support/admission.js';
import { driverWorkflow } from '../support/driver-workflow.js';
import { startTestWebhook } from '../support/start-test-webhook.js';

const workflow = driverWorkflow();

interface Skip {
  readonly what: string;
  readonly review: string;
  readonly env?: Environment;
  readonly reason: string;
  readonly warning?: RegExp;
}

const skips: readonly Skip[] = [
  { what: 'an UPDATE', review: reviewOf(workflow, { operation: 'UPDATE' }), reason: 'not-create' },
  {
    what: 'a DELETE without an object',
    review: reviewOf(null, { operation: 'DELETE' }),
    reason: 'not-create',
  },
  { what: 'a CREATE without an object', review: reviewOf(null), reason: 'not-workflow' },
  { what: 'a list for an object', review: reviewOf([workflow]), reason: 'not-workflow' },
  {
    what: 'a Pod',
    review: reviewOf(workflow, { resource: { group: '', version: 'v1', resource: 'pods' } }),
    reason: 'not-workflow',
  },
  {
    what: 'a WorkflowTemplate',
    review: reviewOf(workflow, {
      resource: { group: 'argoproj.io', version: 'v1alpha1', resource: 'workflowtemplates' },
    }),
    reason: 'not-workflow',
  },
  {
    what: "a workflow's status",
    review: reviewOf(workflow, { subResource: 'status' }),
    reason: 'not-workflow',
  },
  {
    what: 'a version that it does not know',
    review: reviewOf(workflow, { resource: { group: 'argoproj.io', version: 'v2', resource: 'workflows' } }),
    reason: 'not-workflow',
  },
  { what: 'a workflow of nobody', review: reviewOf(driverWorkflow({ labels: {} })), reason: 'no-run-id' },
  {
    what: 'a label that is no text',
    review: reviewOf(driverWorkflow({ labels: { 'pipeline/runid': 1 } })),
    reason: 'no-run-id',
  },
  {
    what: 'a pipeline that the settings leave out',
    review: reviewOf(workflow),
    env: { EXCLUDED_PIPELINES: 'other, hello' },
    reason: 'excluded-pipeline',
  },
  {
    what: 'a namespace that the settings leave out',
    review: reviewOf(workflow),
    env: { EXCLUDED_NAMESPACES: 'kubeflow' },
    reason: 'excluded-namespace',
  },
  {
    what: "a workflow of another KFP than the servers'",
    review: reviewOf(driverWorkflow({ image: 'ghcr.io/kubeflow/kfp-driver:2.16.1' })),
    env: { KFP_VERSION: '2.17.0' },
    reason: 'other-kfp-version',
    warning: /its drivers are of KFP 2\.16\.1, the driver servers' of 2\.17\.0$/,
  },
  {
    what: 'a workflow without driver pods',
    review: reviewOf({ ...workflow, spec: { entrypoint: 'a', templates: [{ name: 'a', suspend: {} }] } }),
    reason: 'nothing-to-do',
  },
  {
    what: 'a workflow that has run',
    review: reviewOf({ ...workflow, status: { phase: 'Running' } }),
    reason: 'unsuitable',
    warning: /^driver-plugin: this workflow keeps its driver pods: it has run/,
  },
  {
    what: 'a workflow that has nodes',
    review: reviewOf({ ...workflow, status: { nodes: { a: {} } } }),
    reason: 'unsuitable',
    warning: /it has run/,
  },
  {
    what: 'drivers that need MLflow',
    review: reviewOf(driverWorkflow({ env: [{ name: 'KFP_MLFLOW_CONFIG', value: '{}' }] })),
    reason: 'unsuitable',
    warning: /KFP_MLFLOW_CONFIG/,
  },
];

for (const { what, review, env, reason, warning } of skips) {
  test(`${what} is admitted as it came: ${reason}`, async (t) => {
    const { post, log } = await startTestWebhook(t, env);
    const response = admitted(await post(review));
    assertUnchanged(response);
    assertWarnings(response, warning);
    const lines = log.lines.filter(({ message }) => message === 'admitted as it came');
    assert.deepEqual(
      lines.map(({ level, facts }) => [level, facts['outcome'], facts['reason']]),
      [['info', 'skipped', reason]],
    );
  });
}

function assertWarnings({ warnings = [] }: AdmissionResponse, warning: RegExp | undefined): void {
  assert.equal(warnings.length, warning === undefined ? 0 : 1);
  assert.match(warnings[0] ?? '', warning ?? /^$/);
}

const takes: readonly { readonly what: string; readonly review: string; readonly env?: Environment }[] = [
  { what: 'a dry run', review: reviewOf(workflow, { dryRun: true }) },
  { what: "a workflow of the servers' KFP", review: reviewOf(workflow), env: { KFP_VERSION: '2.17.0' } },
  {
    what: "a build of one's own of that KFP",
    review: reviewOf(driverWorkflow({ image: 'registry:5000/kfp-driver:v2.17.0-ours.1@sha256:00' })),
    env: { KFP_VERSION: '2.17.0' },
  },
  {
    what: 'an image whose tag is no version',
    review: reviewOf(driverWorkflow({ image: 'registry:5000/2.16.1/kfp-driver:latest' })),
    env: { KFP_VERSION: '2.17.0' },
  },
  {
    what: 'other pipelines than those left out',
    review: reviewOf(workflow),
    env: { EXCLUDED_PIPELINES: 'hell,hello-2', EXCLUDED_NAMESPACES: 'kube' },
  },
];

for (const { what, review, env } of takes) {
  test(`${what} is converted`, async (t) => {
    const { post } = await startTestWebhook(t, env);
    const { object } = JSON.parse(review).request;
    const { spec } = patched(object, admitted(await post(review))) as {
      spec: { templates: { plugin?: object; container?: object }[] };
    };
    assert.deepEqual(Object.keys(spec.templates[0]?.plugin ?? {}), ['driver-plugin']);
    assert.equal(spec.templates[0]?.container, undefined);
  });
}

test('what users of a driver pod will miss comes as a warning', async (t) => {
  const { post } = await startTestWebhook(t);
  const object = structuredClone(workflow) as { spec: { templates: Record<string, unknown>[] } };
  Object.assign(object.spec.templates[0] ?? {}, { nodeSelector: { pool: 'drivers' } });
  const { warnings = [], patch } = admitted(await post(reviewOf(object)));
  assert.notEqual(patch, undefined);
  assert.match(warnings.join(), /^driver-plugin: template system-dag-driver .*nodeSelector/);
});

test('a workflow that its conversion would make too large for etcd keeps its driver pods', async (t) => {
  const { post } = await startTestWebhook(t);
  const fill = (bytes: number) => ({
    ...workflow,
    metadata: { ...(workflow['metadata'] as object), annotations: { fill: 'x'.repeat(bytes) } },
  });
  const small = JSON.stringify(fill(0)).length;
  const fits = admitted(await post(reviewOf(fill(1_500_000 - small))));
  assert.notEqual(fits.patch, undefined);
  const response = admitted(await post(reviewOf(fill(1_523_700 - small))));
  assertUnchanged(response);
  assert.match(response.warnings?.[0] ?? '', /larger than etcd takes$/);
});

test('one line is logged for each review, with ids, sizes and times and nothing of the workflow', async (t) => {
  const { post, log } = await startTestWebhook(t);
  await post(reviewOf(workflow));
  const [line, ...others] = log.lines.filter(({ message }) => message !== 'listening');
  assert.deepEqual(others, []);
  assert.equal(line?.message, 'converted a workflow');
  const { ms, bytesIn, bytesOut, ...facts } = line?.facts ?? {};
  assert.deepEqual([typeof ms, typeof bytesIn, typeof bytesOut], ['number', 'number', 'number']);
  assert.deepEqual(facts, {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    operation: 'CREATE',
    namespace: 'kubeflow',
    name: undefined,
    generateName: 'hello-',
    templates: 1,
  });
});
