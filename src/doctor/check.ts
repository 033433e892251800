import type { Ask, FactName, Facts } from './facts.js';
import type { Scope } from './scope.js';

export const categories = [
  'Kubernetes',
  "Argo's controller",
  "The plugin's ConfigMap",
  'Service accounts of runs',
  'The driver server',
  'Kubeflow Pipelines',
  'The webhook',
] as const;
export type Category = (typeof categories)[number];

/** An error keeps pipelines from running with the plugin; a warning makes them worse. */
export type Severity = 'error' | 'warning';

export interface FaultDetails {
  readonly remedy?: string;
  readonly severity?: Severity;
  /** Heading in the docs. */
  readonly heading?: string;
}

export type Verdict =
  /** The check's sentence is true; `detail` says by what. */
  | { readonly kind: 'well'; readonly detail?: string }
  /** It is not; what is left out is the check's. */
  | ({ readonly kind: 'fault'; readonly sentence: string } & FaultDetails)
  | { readonly kind: 'skipped'; readonly reason: string };

/** One thing that a cluster must have. Nothing in it depends on which checks ran before. */
export interface CheckOf<Name extends FactName> {
  /** Names the check for programs, and its heading in docs/doctor.md. */
  readonly id: string;
  readonly category: Category;
  /** Which of several alike, as a service account. */
  readonly subject?: string;
  /** The sentence that is true when all is well. */
  readonly well: string;
  readonly severity: Severity;
  /** Whether it must hold before this project is installed, after it, or at both times. */
  readonly when: 'before' | 'after' | 'always';
  /** What to do where it does not hold, as commands. */
  readonly remedy: (scope: Scope) => string;
  /** Facts that the probe takes; the check is skipped with the reason where one cannot be had. */
  readonly needs: readonly Name[];
  /**
   * A StatusError that it throws is a fault in its words, with the check's remedy; PERMISSION_DENIED is a skip, for then
   * doctor may not look, and for what the API failed to do no remedy of a check is right.
   */
  readonly probe: (facts: Pick<Facts, Name>, ask: Ask, scope: Scope) => Promise<Verdict>;
}
export type Check = CheckOf<FactName>;

/** A record of the list of checks; its probe gets the facts that it names, and no others. */
export function check<const Name extends FactName = never>(definition: CheckOf<Name>): Check {
  return {
    ...definition,
    needs: definition.needs,
    probe: (facts, ask, scope) => definition.probe(facts, ask, scope),
  };
}

export function well(detail?: string): Verdict {
  return { kind: 'well', ...(detail !== undefined && { detail }) };
}

export function fault(sentence: string, over: FaultDetails = {}): Verdict {
  return { kind: 'fault', sentence, ...over };
}

export function skipped(reason: string): Verdict {
  return { kind: 'skipped', reason };
}
