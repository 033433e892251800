import { errorText } from '../common/error-text.js';
import { StatusError } from '../contract/status-error.js';
import { type Category, type Check, fault, skipped, type Verdict } from './check.js';
import type { Ask, Facts } from './facts.js';
import { isFailureOfApi } from './kubernetes/api-error.js';
import type { Scope } from './scope.js';

export const outcomes = ['well', 'warning', 'error', 'skipped'] as const;
export type Outcome = (typeof outcomes)[number];

/** What a check came to. */
export interface Finding {
  readonly id: string;
  readonly category: Category;
  readonly subject?: string;
  readonly outcome: Outcome;
  /** One sentence: what is well, what is wrong, or why nobody looked. */
  readonly sentence: string;
  /** Commands; for warnings and errors. */
  readonly remedy?: string;
  /** Where the docs explain it. */
  readonly hint: string;
}

const docs = 'docs/doctor.md';
/** What explains every failure of the API. */
const apiHeading = 'kubernetes-api';

/** Runs checks side by side; the findings are in the checks' order. Never rejects. */
export function runChecks(checks: readonly Check[], ask: Ask, scope: Scope): Promise<readonly Finding[]> {
  return Promise.all(checks.map(async (check) => toFinding(check, await judge(check, ask, scope), scope)));
}

async function judge(check: Check, ask: Ask, scope: Scope): Promise<Verdict> {
  const facts: Partial<Record<keyof Facts, unknown>> = {};
  for (const name of check.needs) {
    try {
      facts[name] = await ask(name);
    } catch (error) {
      return skipped(sentenceOf(error));
    }
  }
  try {
    return await check.probe(facts as Facts, ask, scope);
  } catch (error) {
    if (isFailureOfApi(error)) {
      return fault(sentenceOf(error), { remedy: 'kubectl get --raw /readyz?verbose', heading: apiHeading });
    }
    // What doctor may not see is not the cluster's fault.
    return error instanceof StatusError && error.status === 'PERMISSION_DENIED'
      ? skipped(error.message)
      : fault(sentenceOf(error));
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof StatusError ? error.message : `doctor itself failed: ${errorText(error)}`;
}

function toFinding(check: Check, verdict: Verdict, scope: Scope): Finding {
  const { id, category, subject } = check;
  const heading = verdict.kind === 'fault' ? verdict.heading : undefined;
  const hint = `${docs}#${heading ?? id}`;
  const common = { id, category, ...(subject !== undefined && { subject }), hint };
  switch (verdict.kind) {
    case 'well': {
      const detail = verdict.detail === undefined ? '' : `: ${verdict.detail}`;
      return { ...common, outcome: 'well', sentence: `${check.well}${detail}` };
    }
    case 'skipped':
      return { ...common, outcome: 'skipped', sentence: verdict.reason };
    case 'fault':
      return {
        ...common,
        outcome: verdict.severity ?? check.severity,
        sentence: verdict.sentence,
        remedy: verdict.remedy ?? check.remedy(scope),
      };
  }
}

export function countOutcomes(findings: readonly Finding[]): Readonly<Record<Outcome, number>> {
  const counts = { well: 0, warning: 0, error: 0, skipped: 0 };
  for (const { outcome } of findings) {
    counts[outcome]++;
  }
  return counts;
}
