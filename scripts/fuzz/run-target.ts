import { makeTarget } from './all-targets.js';
import { answerTimeoutMs, ask, replayInputs } from './ask-alone.js';
import {
  type Answer,
  type FuzzInput,
  notYet,
  type Target,
  type TargetName,
  type Wire,
} from './fuzz-input.js';
import { diceOf } from './input-dice.js';
import { type Child, startChild } from './start-child.js';
import { boundsOf, type Finding, judgeMeasure, newTally, type TargetTally } from './tally.js';

export interface RunOptions {
  readonly seed: number;
  /** Number of the first input. */
  readonly first: number;
  readonly inputs: number;
  readonly seconds: number;
  /** Told of each finding at once. */
  readonly onFinding?: (finding: Finding) => void;
}

/** Between two looks at the process of the target, which is quiet then. */
const batchSize = 1_024;
const mostInFlight = 64;
/** A seed as it is among so many inputs. */
const pristineEvery = 16;
/** Far from the numbers of inputs, whose ids and workflows must be others. */
const firstPristine = 1_000_000_000;
/** Of a real input that is told "not yet", each of which the sidecar may hold for 20 s. */
const mostRepeats = 5;
/** After so many findings there is enough to do. */
const mostFindings = 10;

interface Sent {
  readonly index: number;
  readonly input: FuzzInput;
  /** Number of the seed, where the input is one. */
  readonly seed: number | undefined;
}

/** Sends a target inputs, many at once, until time, inputs or patience is over. */
export async function runTarget(name: TargetName, options: RunOptions): Promise<TargetTally> {
  const target = makeTarget[name]();
  const tally = newTally(name);
  const expected = new Map<number, string>();
  const startedMs = performance.now();
  const isLate = () => performance.now() - startedMs > options.seconds * 1_000;
  const isOver = () => isLate() || tally.inputs >= options.inputs || tally.findings.length >= mostFindings;
  let child = await startChild(name);
  let wire = target.connect(child.address);
  const makeInput = (index: number) => inputOf(target, options.seed, index);
  while (!isOver()) {
    const first = options.first + tally.inputs;
    const end = Math.min(first + batchSize, options.first + options.inputs);
    const found = await sendBatch({ first, end, makeInput, isLate, child, wire, expected, tally });
    if (found.length > 0) {
      const ofBatch = found.filter(({ index }) => index === undefined);
      wire.close();
      child.stop();
      const sent = Array.from({ length: options.first + tally.inputs - first }, (_, at) =>
        makeInput(first + at),
      );
      const alone = ofBatch.length > 0 ? await isolate(target, sent, ofBatch) : [];
      const all = [...found.filter(({ index }) => index !== undefined), ...alone];
      for (const finding of addNew(tally.findings, all)) {
        options.onFinding?.(finding);
      }
      child = await startChild(name);
      wire = target.connect(child.address);
    }
  }
  wire.close();
  child.stop();
  tally.seconds = (performance.now() - startedMs) / 1_000;
  return tally;
}

/** Adds one of each kind, and returns what it added: others differ in numbers and names. */
function addNew(findings: Finding[], found: readonly Finding[]): readonly Finding[] {
  const before = findings.length;
  const kindOf = ({ why }: Finding) => why.replace(/\d+|"[^"]*"/g, '').slice(0, 60);
  for (const finding of found) {
    if (!findings.some((known) => kindOf(known) === kindOf(finding))) {
      findings.push(finding);
    }
  }
  return findings.slice(before);
}

/** The same for the same numbers, so that none need be kept. */
function inputOf(target: Target, seed: number, index: number): Sent {
  if (index % pristineEvery === 0) {
    return { index, ...target.pristine(firstPristine + index / pristineEvery) };
  }
  return { index, input: target.make(diceOf(seed, index), index), seed: undefined };
}

interface Batch {
  readonly first: number;
  /** Number after the last input. */
  readonly end: number;
  readonly makeInput: (index: number) => Sent;
  /** No further input is sent then. */
  readonly isLate: () => boolean;
  readonly child: Child;
  readonly wire: Wire;
  /** The text that each seed got first. */
  readonly expected: Map<number, string>;
  readonly tally: TargetTally;
}

/** What went wrong in a batch; a finding without an index belongs to all of it. */
async function sendBatch(batch: Batch): Promise<Finding[]> {
  const { first, end, makeInput, isLate, child, wire, expected, tally } = batch;
  const found: Finding[] = [];
  let mostDrives = 0;
  let next = first;
  const sendNext = async () => {
    while (next < end && !isLate() && child.ended() === undefined) {
      const sent = makeInput(next);
      next += 1;
      const answer = await askFor(sent, wire);
      found.push(...findingsOf(sent, answer, expected));
      mostDrives += answer.mayHaveDriven ? 1 : 0;
      tally.inputs += 1;
      tally.kinds[answer.kind] = (tally.kinds[answer.kind] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: mostInFlight }, sendNext));
  const measure = await child.measure(true, answerTimeoutMs);
  if (measure === undefined) {
    tally.crashes += 1;
    return [{ why: child.ended() ?? 'the event loop is stuck', index: undefined, input: undefined }];
  }
  tally.mostHeapBytes = Math.max(tally.mostHeapBytes, measure.heapBytes);
  tally.mostRssBytes = Math.max(tally.mostRssBytes, measure.rssBytes);
  tally.longestTurnMs = Math.max(tally.longestTurnMs, measure.longestTurnMs);
  const whole = judgeMeasure(measure, boundsOf(mostDrives));
  return [...found, ...whole.map((why) => ({ why, index: undefined, input: undefined }))];
}

/** Sends an input once; a real one, as Argo's agent does, again while its answer is "not yet", as on a busy machine. */
async function askFor({ input, seed }: Sent, wire: Wire): Promise<Answer> {
  let answer = await ask(wire, input);
  for (let again = 0; seed !== undefined && answer.kind === notYet && again < mostRepeats; again += 1) {
    answer = await ask(wire, input);
  }
  return answer;
}

function findingsOf({ index, input, seed }: Sent, answer: Answer, expected: Map<number, string>): Finding[] {
  const faults = [...answer.faults];
  if (seed !== undefined) {
    const before = expected.get(seed) ?? answer.text;
    expected.set(seed, before);
    if (before !== answer.text) {
      faults.push(`seed ${seed} got another answer than before: ${answer.text.slice(0, 200)}`);
    }
  }
  return faults.map((why) => ({ why, index, input }));
}

/** Finds the input of a batch that is at fault by itself; all of them stand for it where none is. */
async function isolate(
  target: Target,
  batch: readonly Sent[],
  found: readonly Finding[],
): Promise<Finding[]> {
  const inputs = batch.map(({ input }) => input);
  const faults = await replayInputs(target.name, inputs, true);
  const at = faults.findIndex((whys) => whys.length > 0);
  const { index, input } = batch[Math.max(0, at)] ?? { index: undefined, input: undefined };
  return at < 0
    ? found.map(({ why }) => ({
        why: `${why} (by no input of the batch alone)`,
        index,
        input,
        inputs: batch.length,
      }))
    : (faults[at] ?? []).map((why) => ({ why, index, input }));
}
