import { errorText } from '../../src/common/error-text.js';
import type { Sample } from './report/document.js';
import type { Bench, Scenario, Subject } from './scenario.js';

export interface ScenarioRun {
  readonly samples: readonly Sample[];
  /** One sentence for each subject that could not be measured here. */
  readonly skipped: readonly string[];
  /** Why there are no samples: one bad answer, and no figure of the scenario counts. */
  readonly fault?: string;
}

/**
 * Measures the subjects of a scenario in turn, so that whatever else the machine does meets all of them alike, and
 * begins each round with another one. Ends whatever was started, also after a fault.
 */
export async function runScenario(
  { prepare }: Pick<Scenario, 'prepare'>,
  rounds: number,
  surroundings: Pick<Bench, 'folder' | 'isQuick' | 'python'>,
): Promise<ScenarioRun> {
  const closers: (() => unknown)[] = [];
  const skipped: string[] = [];
  const samples: Sample[] = [];
  const bench: Bench = {
    ...surroundings,
    closeLater: (close) => closers.push(close),
    skip: (line) => skipped.push(line),
  };
  try {
    const subjects = await prepare(bench);
    for (let round = 0; round < rounds; round += 1) {
      samples.push(...(await measureRound(inTurn(subjects, round))));
    }
    return { samples, skipped };
  } catch (error) {
    return { samples: [], skipped, fault: errorText(error) };
  } finally {
    for (const close of closers.reverse()) {
      await close();
    }
  }
}

async function measureRound(subjects: readonly Subject[]): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const parts = Math.max(0, ...subjects.map(({ parts }) => parts.length));
  for (let part = 0; part < parts; part += 1) {
    for (const { name, parts } of subjects) {
      const measured = (await parts[part]?.()) ?? [];
      samples.push(...measured.map((measurement) => ({ subject: name, ...measurement })));
    }
  }
  return samples;
}

function inTurn(subjects: readonly Subject[], round: number): readonly Subject[] {
  const first = round % Math.max(1, subjects.length);
  return [...subjects.slice(first), ...subjects.slice(0, first)];
}
