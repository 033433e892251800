import assert from 'node:assert/strict';
import { applyPatch } from 'rfc6902';
import type { JsonObject } from '../../src/common/json.js';
import type { HttpAnswer } from './start-test-webhook.js';

export const reviewUid = '705ab4f5-6393-11e8-b7cc-42010a800002';

/** A request as Kubernetes' API server sends it; `changes` replace members of it. */
export function reviewOf(object: unknown, changes: Readonly<Record<string, unknown>> = {}): string {
  const kind = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Workflow' };
  const resource = { group: 'argoproj.io', version: 'v1alpha1', resource: 'workflows' };
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: reviewUid,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      namespace: 'kubeflow',
      operation: 'CREATE',
      userInfo: { username: 'system:serviceaccount:kubeflow:ml-pipeline', groups: ['system:authenticated'] },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      ...changes,
    },
  });
}

/** A compiled workflow as KFP's API server creates it: labelled with its run, in a namespace, with an empty status. */
export function asCreated(
  workflow: JsonObject,
  labels: JsonObject = { 'pipeline/runid': 'run-1' },
): JsonObject {
  const metadata = workflow['metadata'] as JsonObject;
  return {
    ...workflow,
    metadata: { ...metadata, namespace: 'kubeflow', creationTimestamp: null, labels },
    status: { startedAt: null, finishedAt: null },
  };
}

export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patchType?: string;
  readonly patch?: string;
  readonly warnings?: readonly string[];
}

/** The response in an answer, which admits whatever else it says. */
export function admitted({ httpStatus, text }: HttpAnswer): AdmissionResponse {
  assert.equal(httpStatus, 200);
  const { apiVersion, kind, response } = JSON.parse(text);
  assert.deepEqual([apiVersion, kind, response.allowed], ['admission.k8s.io/v1', 'AdmissionReview', true]);
  return response;
}

/** The object after the response's patch. */
export function patched(object: JsonObject, response: AdmissionResponse): JsonObject {
  assert.equal(response.patchType, 'JSONPatch');
  const copy = structuredClone(object);
  const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString('utf8'));
  assert.deepEqual(
    applyPatch(copy, patch).filter((fault) => fault !== null),
    [],
  );
  return copy;
}

/** Asserts that the object is admitted as it came. */
export function assertUnchanged(response: AdmissionResponse, uid = reviewUid): void {
  assert.deepEqual([response.uid, response.patch, response.patchType], [uid, undefined, undefined]);
}
