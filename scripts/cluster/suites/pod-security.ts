import assert from 'node:assert/strict';
import { parse } from 'yaml';
import type { Check } from '../checks.js';
import { objectsOf } from '../helm.js';
import type { KubeObject } from '../kube-client.js';
import { createNamespace } from '../namespaces.js';
import type { Stage } from '../stage.js';

const seccompProfile = { type: 'RuntimeDefault' };
/** What Argo gives the agent's pod: workflow/common/security_context.go. */
const argosOwn = { runAsNonRoot: true, runAsUser: 8737, seccompProfile };
/**
 * What KFP's compiler writes as spec.securityContext, which replaces Argo's own: 2.14 has none, 2.17 this one.
 * https://github.com/kubeflow/pipelines/blob/master/backend/src/v2/compiler/argocompiler/argo.go
 */
const ofKfp217 = { runAsNonRoot: true, seccompProfile };

/** Pod Security, by dry-run creations in namespaces that enforce a standard. */
export const podSecurity: readonly Check[] = [
  {
    title: 'Pod Security "restricted" admits the server and doctor',
    run: (stage) => admitsOwnPods(stage, [], 2),
  },
  {
    title: 'Pod Security "restricted" admits them without a fixed uid',
    run: (stage) => admitsOwnPods(stage, ['--set', 'server.fixedUser=false'], 2),
  },
  {
    title: 'Pod Security "restricted" admits the webhook beside them',
    run: (stage) => admitsOwnPods(stage, ['--set', 'adopt.enabled=true'], 3),
  },
  ...[
    { of: "KFP 2.14 (Argo's own security context)", securityContext: argosOwn },
    { of: 'KFP 2.17', securityContext: ofKfp217 },
  ].flatMap(({ of, securityContext }) =>
    ['baseline', 'restricted'].map((standard) => ({
      title: `Pod Security "${standard}" admits an agent pod with the sidecar under ${of}`,
      run: (stage: Stage) => admitsAgentPod(stage, standard, securityContext),
    })),
  ),
  { title: 'Pod Security "restricted" refuses a pod that it must refuse', run: refusesRoot },
];

async function admitsOwnPods(stage: Stage, args: readonly string[], count: number): Promise<void> {
  const namespace = await enforcing(stage, 'restricted');
  const objects = objectsOf(await stage.helm.render(namespace, ...args));
  const pods = [
    ...objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.template),
    ...objects.filter(({ kind }) => kind === 'Pod'),
  ];
  assert.equal(pods.length, count);
  for (const pod of pods) {
    await dryRun(stage, namespace, pod);
  }
}

async function admitsAgentPod(stage: Stage, standard: string, securityContext: unknown): Promise<void> {
  const namespace = await enforcing(stage, standard);
  const objects = objectsOf(await stage.helm.render(namespace));
  const plugin = objects.find(({ metadata }) => metadata.name === 'driver-plugin-executor-plugin');
  const sidecar = parse(plugin.data['sidecar.container']);
  await dryRun(stage, namespace, agentPod(securityContext, sidecar));
}

/** The agent's pod as Argo's controller makes it: workflow/controller/agent.go. */
function agentPod(securityContext: unknown, sidecar: KubeObject): KubeObject {
  const container = (name: string) => ({
    name,
    image: 'argoexec',
    command: ['argoexec'],
    args: ['agent', name],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 8737,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile,
    },
    volumeMounts: [{ name: 'var-run-argo', mountPath: '/var/run/argo' }],
  });
  return {
    metadata: { labels: { 'workflows.argoproj.io/component': 'agent' } },
    spec: {
      restartPolicy: 'OnFailure',
      serviceAccountName: 'pipeline-runner',
      automountServiceAccountToken: false,
      securityContext,
      volumes: [{ name: 'var-run-argo', emptyDir: {} }],
      initContainers: [container('init')],
      containers: [
        {
          ...sidecar,
          volumeMounts: [
            { name: 'var-run-argo', mountPath: '/var/run/argo', subPath: sidecar.name, readOnly: true },
          ],
        },
        container('main'),
      ],
    },
  };
}

async function refusesRoot(stage: Stage): Promise<void> {
  const namespace = await enforcing(stage, 'restricted');
  await assert.rejects(
    dryRun(stage, namespace, { spec: { containers: [{ name: 'main', image: 'any' }] } }),
    /violates PodSecurity "restricted:latest"/,
  );
}

async function dryRun({ cluster }: Stage, namespace: string, pod: KubeObject): Promise<void> {
  await cluster.admin.expect(
    'POST',
    `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...pod.metadata, name: 'dry-run', namespace },
      spec: pod.spec,
    },
  );
}

async function enforcing({ cluster }: Stage, standard: string): Promise<string> {
  const namespace = `pod-security-${standard}`;
  const { status } = await cluster.admin.request('GET', `/api/v1/namespaces/${namespace}`);
  if (status === 404) {
    const accounts = [
      'pipeline-runner',
      'kfp-driver-server',
      'driver-plugin-doctor',
      'driver-plugin-webhook',
    ];
    const labels = { 'pod-security.kubernetes.io/enforce': standard };
    await createNamespace(cluster.admin, namespace, accounts, labels);
  }
  return namespace;
}
