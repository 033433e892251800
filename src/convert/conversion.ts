import type { JsonObject } from '../common/json.js';

/** What became of a workflow: converted as a whole, or left alone as a whole with at least one reason. */
export type Conversion =
  | { readonly kind: 'converted'; readonly workflow: JsonObject; readonly summary: ConversionSummary }
  | { readonly kind: 'left-alone'; readonly reasons: readonly LeftAlone[] };

/**
 * Why a workflow stays as it is. `nothing-to-do`: it has no driver pods that would go. `unsuitable`: it has, and they
 * must stay.
 */
export interface LeftAlone {
  readonly kind: 'nothing-to-do' | 'unsuitable';
  /** One sentence, without the workflow's contents. */
  readonly sentence: string;
}

/** What a conversion did. */
export interface ConversionSummary {
  /** Names of the templates whose drivers are plugins now. */
  readonly templates: readonly string[];
  /** Names of driver templates that stay pods, because exit hooks reach them. */
  readonly podTemplates: readonly string[];
  /** Names of the workflow parameters that were added. */
  readonly parameters: readonly string[];
  /** What users of the driver pods would miss, one sentence each. */
  readonly missed: readonly string[];
  readonly savedPods: SavedPods;
}

/** Driver pods that a run no longer starts, at most: conditions may leave some out. */
export interface SavedPods {
  readonly perRun: number;
  /** For each loop, named "template.task", the driver pods of one iteration; those of loops inside stand on their own. */
  readonly perIteration: Readonly<Record<string, number>>;
}
