/** Why a workflow was admitted as it came: a closed list, for logs and counters. */
export const skipReasons = [
  'not-create',
  'not-workflow',
  'no-run-id',
  'excluded-namespace',
  'excluded-pipeline',
  'other-kfp-version',
  'nothing-to-do',
  'unsuitable',
  'too-large-to-store',
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** The same where something went wrong, here or on the way. */
export const failReasons = [
  'no-review',
  'too-large',
  'too-deep',
  'inexact-number',
  'too-slow',
  'too-busy',
  'bad-patch',
  'fault',
] as const;
export type FailReason = (typeof failReasons)[number];

/** What becomes of one admission request. None of them denies. */
export type Verdict =
  | {
      readonly kind: 'converted';
      /** Text of a JSON Patch. */
      readonly patch: string;
      /** Names of the templates that were converted. */
      readonly templates: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: FailReason; readonly warnings: readonly string[] };

/** Skipped for good reason: with a warning where a user may have expected the contrary. */
export function skipped(reason: SkipReason, ...sentences: readonly string[]): Verdict {
  return { kind: 'skipped', reason, warnings: sentences.map(toWarning) };
}

const failSentences: Readonly<Record<FailReason, string>> = {
  'no-review': 'the request is no AdmissionReview of admission.k8s.io/v1',
  'too-large': 'the request is larger than MAX_BODY_BYTES',
  'too-deep': 'it nests objects and lists deeper than 500 levels',
  'inexact-number': 'it has a number beyond 2^53, which could not be carried exactly',
  'too-slow': 'the request took too long to arrive or to get its turn',
  'too-busy': 'too many requests are under way',
  'bad-patch': 'the patch would not have applied, which is a fault of driver-plugin: please report it',
  fault: 'of an internal error of driver-plugin; its log has the stack',
};

export function failed(reason: FailReason): Verdict {
  return { kind: 'failed', reason, warnings: [toWarning(failSentences[reason])] };
}

function toWarning(sentence: string): string {
  return `driver-plugin: this workflow keeps its driver pods: ${sentence}`;
}
