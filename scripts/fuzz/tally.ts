import { type FuzzInput, notYet, type TargetName } from './fuzz-input.js';
import type { Measure } from './subjects/subject.js';

/** Something that must not be. */
export interface Finding {
  readonly why: string;
  /** Number of the input; undefined while it may be any of a batch. */
  readonly index: number | undefined;
  readonly input: FuzzInput | undefined;
  /** How many from there on it takes; one where it is left out. */
  readonly inputs?: number;
}

/** What came of a target. */
export interface TargetTally {
  readonly target: TargetName;
  inputs: number;
  /** Answers by their kind. */
  readonly kinds: Record<string, number>;
  /** Processes that ended, or did not answer any more. */
  crashes: number;
  readonly findings: Finding[];
  /** After a garbage collection. */
  mostHeapBytes: number;
  mostRssBytes: number;
  longestTurnMs: number;
  seconds: number;
}

export function newTally(target: TargetName): TargetTally {
  const nothing = { inputs: 0, crashes: 0, mostHeapBytes: 0, mostRssBytes: 0, longestTurnMs: 0, seconds: 0 };
  return { target, kinds: {}, findings: [], ...nothing };
}

/** After a garbage collection, of the tested process with all that it remembers. */
const mostHeapBytes = 192 << 20;
const mostRssBytes = 768 << 20;
/** One turn of the event loop, on a busy machine. */
const longestTurnMs = 5_000;

export interface Bounds {
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly turnMs: number;
  /** As many as there are answers that are no refusals. */
  readonly drives: number;
}

/** Only an answer that is no refusal may have driven: `drives` is their number. */
export function boundsOf(drives: number): Bounds {
  return { heapBytes: mostHeapBytes, rssBytes: mostRssBytes, turnMs: longestTurnMs, drives };
}

/** What must not be in a measure, one sentence each. */
export function judgeMeasure(measure: Measure, bounds: Bounds): string[] {
  const { drives, faults, heapBytes, rssBytes, longestTurnMs: turnMs } = measure;
  const rules: readonly (readonly [boolean, string])[] = [
    [drives <= bounds.drives, `${drives} drives for ${bounds.drives} answers that are no refusals`],
    [heapBytes <= bounds.heapBytes, `${mib(heapBytes)} MiB of heap after a garbage collection`],
    [rssBytes <= bounds.rssBytes, `${mib(rssBytes)} MiB of memory`],
    [turnMs <= bounds.turnMs, `the event loop was busy for ${Math.round(turnMs)} ms at a time`],
  ];
  return [...faults, ...rules.filter(([isKept]) => !isKept).map(([, what]) => what)];
}

const accepted = ['node Succeeded', 'OK', 'converted', notYet];

/** Answers of all targets that are refusals, or leave things as they were, by "target kind". */
export function refusalsOf(tallies: readonly TargetTally[]): Record<string, number> {
  const all = tallies.flatMap(({ target, kinds }) =>
    Object.entries(kinds)
      .filter(([kind]) => !accepted.includes(kind))
      .map(([kind, count]): [string, number] => [`${target}: ${kind}`, count]),
  );
  return Object.fromEntries(all.sort(([, one], [, other]) => other - one));
}

/** One line of a target. */
export function describeTarget(tally: TargetTally): string {
  const { target, inputs, seconds, crashes, findings } = tally;
  return (
    `${target}: ${inputs} inputs in ${Math.round(seconds)} s, heap at most ${mib(tally.mostHeapBytes)} MiB, ` +
    `memory at most ${mib(tally.mostRssBytes)} MiB, longest turn ${Math.round(tally.longestTurnMs)} ms, ` +
    `crashes ${crashes}, findings ${findings.length}`
  );
}

/** The last line of a run. */
export function describeRun(tallies: readonly TargetTally[]): string {
  const sum = (key: 'inputs' | 'crashes') => tallies.reduce((total, tally) => total + tally[key], 0);
  return `fuzz: ${sum('inputs')} inputs, refusals by kind ${JSON.stringify(refusalsOf(tallies))}, crashes ${sum('crashes')}`;
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
