import { isJsonObject, type JsonObject, objectOf } from '../common/json.js';

/** Members of a template that are only for its pod: they go, because a plugin has none. */
export const podMembers: readonly string[] = [
  'container',
  'podSpecPatch',
  'volumes',
  'initContainers',
  'sidecars',
  'securityContext',
  'tolerations',
  'nodeSelector',
  'affinity',
  'hostAliases',
  'automountServiceAccountToken',
  'executor',
  'serviceAccountName',
  'schedulerName',
  'priorityClassName',
  'priority',
  'archiveLocation',
];

/** Those of them that KFP always writes, or whose effect ends with the pod: nobody looks for them elsewhere. */
const unmissed: readonly string[] = [
  ...['container', 'securityContext', 'archiveLocation', 'executor', 'automountServiceAccountToken'],
];

/** KFP sets it on every template: https://github.com/kubeflow/pipelines backend/src/common/util/workflow.go */
export const istioAnnotation = 'sidecar.istio.io/inject';

const ownAnnotations: readonly string[] = [istioAnnotation, 'pipelines.kubeflow.org/runtime-role'];
const ownLabels: readonly string[] = [
  'pipelines.kubeflow.org/cache_enabled',
  'pipelines.kubeflow.org/v2_component',
];

/** What users of a driver's pod would miss; one sentence, or none. */
export function missedOf(template: JsonObject): readonly string[] {
  const metadata = objectOf(template['metadata']);
  const parts = podMembers.filter((name) => !unmissed.includes(name) && isThere(template, name));
  const labels = namesOf(metadata, 'labels', ownLabels);
  const annotations = namesOf(metadata, 'annotations', ownAnnotations);
  const missed = [
    ...parts,
    ...(labels.length > 0 ? [`labels (${labels.join(', ')})`] : []),
    ...(annotations.length > 0 ? [`annotations (${annotations.join(', ')})`] : []),
  ];
  return missed.length > 0
    ? [`template ${template['name']} has no pod any more, so these go: ${missed.join(', ')}`]
    : [];
}

function isThere(template: JsonObject, name: string): boolean {
  const value = template[name] ?? '';
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== '';
}

function namesOf(metadata: JsonObject, member: string, own: readonly string[]): readonly string[] {
  return Object.keys(objectOf(metadata[member])).filter((name) => !own.includes(name));
}

/** True where a template keeps Istio's proxy out of its pod. */
export function optsOutOfIstio(template: JsonObject): boolean {
  return objectOf(objectOf(template['metadata'])['annotations'])[istioAnnotation] === 'false';
}

/** The spec with Istio's opt-out for all pods, the agent's too; what spec.podMetadata says of it already stays. */
export function optOutOfIstio(spec: JsonObject): JsonObject {
  const podMetadata = spec['podMetadata'] ?? {};
  const annotations = objectOf(podMetadata)['annotations'] ?? {};
  if (
    !isJsonObject(podMetadata) ||
    !isJsonObject(annotations) ||
    Object.hasOwn(annotations, istioAnnotation)
  ) {
    return spec;
  }
  return {
    ...spec,
    podMetadata: { ...podMetadata, annotations: { ...annotations, [istioAnnotation]: 'false' } },
  };
}
