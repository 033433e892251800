import { isJsonObject, type JsonObject, objectOf } from '../common/json.js';

/**
 * What a mutating webhook is asked: the members of an AdmissionReview's request that decide anything here. Texts that
 * are absent are "".
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request
 */
export interface AdmissionRequest {
  /** Of the review, not of the object. */
  readonly uid: string;
  readonly operation: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subResource: string;
  readonly namespace: string;
  readonly dryRun: boolean;
  /** Bytes of the whole review, at least those of the object. */
  readonly bytes: number;
  readonly object: JsonObject | undefined;
}

export interface AdmissionAnswer {
  readonly uid: string;
  /** Text of a JSON Patch. */
  readonly patch?: string;
  /** One sentence each; clients such as kubectl print them. */
  readonly warnings: readonly string[];
}

/** Reads the JSON of an AdmissionReview, version v1; undefined for anything else. Throws for what is no JSON. */
export function readAdmissionReview(json: string): AdmissionRequest | undefined {
  const review: unknown = JSON.parse(json);
  if (!isJsonObject(review) || review['kind'] !== 'AdmissionReview') {
    return undefined;
  }
  const request = review['request'];
  if (review['apiVersion'] !== 'admission.k8s.io/v1' || !isJsonObject(request)) {
    return undefined;
  }
  const resource = objectOf(request['resource']);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    uid: text(request['uid']),
    operation: text(request['operation']),
    group: text(resource['group']),
    version: text(resource['version']),
    resource: text(resource['resource']),
    subResource: text(request['subResource']),
    namespace: text(request['namespace']),
    dryRun: request['dryRun'] === true,
    bytes: Buffer.byteLength(json),
    object: isJsonObject(request['object']) ? request['object'] : undefined,
  };
}

/**
 * The uid in the beginning of a review that cannot be read whole; the API server writes it first. "" where there is
 * none: the API server then refuses the answer, and failurePolicy Ignore admits.
 */
export function findUid(head: string): string {
  const [, uid = ''] = /^\{[^{}]*"request":\{"uid":"([0-9A-Za-z-]{1,64})"/.exec(head) ?? [];
  return uid;
}

/** An answer as an AdmissionReview, as JSON. It always admits: a denial is no fault that failurePolicy Ignore covers. */
export function writeAdmissionReview({ uid, patch, warnings }: AdmissionAnswer): string {
  const response = JSON.stringify({
    uid,
    allowed: true,
    ...(warnings.length > 0 && { warnings: warnings.map(toWarning) }),
  });
  return `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":${addPatch(response, patch)}}`;
}

/** Puts the patch into the text of a response. Base64 has nothing to escape, so that nobody need search half a megabyte for it. */
function addPatch(response: string, patch: string | undefined): string {
  return patch === undefined
    ? response
    : `${response.slice(0, -1)},"patchType":"JSONPatch","patch":"${Buffer.from(patch).toString('base64')}"}`;
}

/** The API server cuts longer warnings, and drops those with other characters. */
const longestWarning = 250;

function toWarning(sentence: string): string {
  const plain = sentence.toWellFormed().replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
  return plain.length > longestWarning ? `${plain.slice(0, longestWarning - 3).toWellFormed()}...` : plain;
}
