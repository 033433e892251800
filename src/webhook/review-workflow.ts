import { type JsonObject, objectOf } from '../common/json.js';
import type { Conversion } from '../convert/conversion.js';
import type { ConvertOptions } from '../convert/convert-options.js';
import type { AdmissionRequest } from './admission-review.js';
import { makePatch } from './make-patch.js';
import { faultOfJson } from './plain-json.js';
import { failed, skipped, type Verdict } from './verdict.js';
import { factsOfWorkflow } from './workflow-facts.js';

export interface ReviewOptions {
  /** Is asked only about workflows that nest no deeper than 500 levels. */
  readonly convert: (workflow: JsonObject) => Conversion;
  readonly convertOptions: ConvertOptions;
  /** Names of pipelines and namespaces that keep their driver pods. */
  readonly excludedPipelines: readonly string[];
  readonly excludedNamespaces: readonly string[];
  /** Version of KFP whose driver the driver servers run; workflows that name another one stay as they are. */
  readonly kfpVersion: string | undefined;
  /** For the annotation. */
  readonly version: string;
}

/** KFP's API server and its controller of recurring runs set it when they create a workflow. */
export const runIdLabel = 'pipeline/runid';

/** What the webhook leaves on a workflow that it converted. */
export const convertedByAnnotation = 'driver-plugin/converted-by';
export const convertedTemplatesAnnotation = 'driver-plugin/converted-templates';

/**
 * Most bytes of a converted workflow. etcd takes 1.5 MiB a request; the rest is for what the API server adds and what
 * Argo's controller writes first. https://etcd.io/docs/v3.6/dev-guide/limit/
 */
const mostStoredBytes = 1.5 * 2 ** 20 - 48 * 2 ** 10;

/**
 * Decides what becomes of an object that is being created. Pure, and without any call to Kubernetes: what decides is in
 * the request and in the settings. May throw; the caller then admits.
 */
export function reviewWorkflow(request: AdmissionRequest, options: ReviewOptions): Verdict {
  const { object } = request;
  if (request.operation !== 'CREATE') {
    return skipped('not-create');
  }
  if (object === undefined || !isWorkflow(request)) {
    return skipped('not-workflow');
  }
  const fault = faultOfJson(object);
  if (fault !== undefined) {
    return failed(fault);
  }
  const labels = objectOf(objectOf(object['metadata'])['labels']);
  if (typeof labels[runIdLabel] !== 'string' || labels[runIdLabel] === '') {
    return skipped('no-run-id');
  }
  return findExclusion(request, object, options) ?? convert(request, object, options);
}

function isWorkflow({ group, version, resource, subResource }: AdmissionRequest): boolean {
  return group === 'argoproj.io' && version === 'v1alpha1' && resource === 'workflows' && subResource === '';
}

function findExclusion(
  { namespace }: AdmissionRequest,
  object: JsonObject,
  { convertOptions, excludedNamespaces, excludedPipelines, kfpVersion }: ReviewOptions,
): Verdict | undefined {
  if (excludedNamespaces.includes(namespace)) {
    return skipped('excluded-namespace');
  }
  const { pipelines, kfpVersions } = factsOfWorkflow(object, convertOptions);
  if (pipelines.some((name) => excludedPipelines.includes(name))) {
    return skipped('excluded-pipeline');
  }
  const other = kfpVersions.find((version) => kfpVersion !== undefined && version !== kfpVersion);
  return other === undefined
    ? undefined
    : skipped('other-kfp-version', `its drivers are of KFP ${other}, the driver servers' of ${kfpVersion}`);
}

function convert(request: AdmissionRequest, object: JsonObject, options: ReviewOptions): Verdict {
  const conversion = options.convert(object);
  if (conversion.kind === 'left-alone') {
    const unsuitable = conversion.reasons.filter(({ kind }) => kind === 'unsuitable');
    return unsuitable.length === 0
      ? skipped('nothing-to-do')
      : skipped('unsuitable', ...unsuitable.slice(0, mostWarnings).map(({ sentence }) => sentence));
  }
  const { templates, missed } = conversion.summary;
  const converted = annotate(conversion.workflow, templates, options.version);
  const patch = makePatch(object, converted);
  if (patch === undefined) {
    return failed('bad-patch');
  }
  if (request.bytes + patch.length > mostStoredBytes && isTooLarge(object, converted)) {
    return skipped('too-large-to-store', 'converted it would be larger than etcd takes');
  }
  const warnings = missed.slice(0, mostWarnings).map((sentence) => `driver-plugin: ${sentence}`);
  return { kind: 'converted', patch, templates, warnings };
}

/** The API server keeps 4 KiB of warnings an answer. */
const mostWarnings = 5;

function annotate(workflow: JsonObject, templates: readonly string[], version: string): JsonObject {
  const metadata = objectOf(workflow['metadata']);
  const annotations = {
    ...objectOf(metadata['annotations']),
    [convertedByAnnotation]: `driver-plugin webhook ${version}`,
    [convertedTemplatesAnnotation]: templates.join(','),
  };
  return { ...workflow, metadata: { ...metadata, annotations } };
}

/** Where the conversion makes it so: what is too large as it came is for the API server to refuse. */
function isTooLarge(before: JsonObject, after: JsonObject): boolean {
  const bytes = Buffer.byteLength(JSON.stringify(after));
  return bytes > mostStoredBytes && bytes > Buffer.byteLength(JSON.stringify(before));
}
