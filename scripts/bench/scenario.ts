import type { Sample } from './report/document.js';

/** A figure of the subject that measured it. */
export type Measurement = Omit<Sample, 'subject'>;

export type Measure = () => Promise<readonly Measurement[]>;

/** One thing that is measured beside others. */
export interface Subject {
  readonly name: string;
  /**
   * Measures once, part by part: a part of all subjects comes before the next part of any. Each throws where an answer
   * was not the expected one, because a wrong answer has no time.
   */
  readonly parts: readonly Measure[];
}

/** What a scenario finds around it. */
export interface Bench {
  /** A folder of this run. */
  readonly folder: string;
  /** Shorter, for CI. */
  readonly isQuick: boolean;
  /** Python's interpreter, for the stand-in that is written in it. */
  readonly python: string;
  /** What ends with the scenario, the last one first. */
  closeLater(close: () => unknown): void;
  /** Says that a subject cannot be measured here, and why. */
  skip(line: string): void;
}

export interface Scenario {
  readonly name: string;
  readonly purpose: string;
  /** Name of the subject that the others are compared with. */
  readonly floor: string | undefined;
  /** How many rounds it takes where so many were asked for. */
  readonly rounds: (asked: number) => number;
  /** Starts what is measured. The subjects are measured in turn, round by round. */
  readonly prepare: (bench: Bench) => Promise<readonly Subject[]>;
}

export const asAsked = (asked: number) => asked;
