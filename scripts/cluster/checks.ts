import type { Stage } from './stage.js';

/** One thing that must hold; its title is the sentence that is true when it does. */
export interface Check {
  readonly title: string;
  /** Rejects, as node:assert does, where it does not hold. */
  readonly run: (stage: Stage) => Promise<void>;
}

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

/** Runs checks one after the other, a line for each. */
export async function runChecks(
  checks: readonly Check[],
  stage: Stage,
  log: (line: string) => void,
): Promise<Outcome> {
  let failed = 0;
  for (const { title, run } of checks) {
    try {
      await run(stage);
      log(`ok: ${title}`);
    } catch (error) {
      failed++;
      log(`FAILED: ${title}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return { passed: checks.length - failed, failed };
}
