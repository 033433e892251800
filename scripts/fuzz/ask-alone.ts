import { errorText } from '../../src/common/error-text.js';
import { makeTarget } from './all-targets.js';
import type { Answer, FuzzInput, TargetName, Wire } from './fuzz-input.js';
import { type Child, startChild } from './start-child.js';
import { boundsOf, judgeMeasure } from './tally.js';
import { withinMs } from './within-ms.js';

export const answerTimeoutMs = 60_000;

/**
 * Sends one input; no answer is an answer too, and a fault. One that comes late is told from one that never comes: a machine
 * with much else to do makes the first, the product the second.
 */
export async function ask(wire: Wire, input: FuzzInput, timeoutMs = answerTimeoutMs): Promise<Answer> {
  const beganMs = performance.now();
  const answered = wire.send(input).catch((error: unknown) => silent(`no answer: ${errorText(error)}`));
  const inTime = await withinMs(timeoutMs, answered);
  if (inTime !== undefined) {
    return inTime;
  }
  const late = await withinMs(timeoutMs, answered);
  return late === undefined
    ? silent(`no answer within ${(2 * timeoutMs) / 1000} s`)
    : silent(
        `an answer after ${((performance.now() - beganMs) / 1000).toFixed(1)} s, of at most ${timeoutMs / 1000}`,
      );
}

function silent(why: string): Answer {
  return { kind: 'none', mayHaveDriven: true, text: '', faults: [why] };
}

/** Sends inputs alone, one after the other, and returns what is wrong with each; `untilFault`: none after that. */
export async function replayInputs(
  name: TargetName,
  inputs: readonly FuzzInput[],
  untilFault = false,
): Promise<string[][]> {
  const target = makeTarget[name]();
  const child = await startChild(name);
  const wire = target.connect(child.address);
  const faults: string[][] = [];
  try {
    for (const input of inputs) {
      const whys = await askAlone({ child, wire }, input);
      faults.push(whys);
      if (untilFault && whys.length > 0) {
        break;
      }
    }
    return faults;
  } finally {
    wire.close();
    child.stop();
  }
}

/** Sends an input alone, and returns all that is wrong with what it does. */
async function askAlone({ child, wire }: { child: Child; wire: Wire }, input: FuzzInput) {
  const answer = await ask(wire, input);
  const measure = await child.measure(true, answerTimeoutMs);
  const whole =
    measure === undefined
      ? [child.ended() ?? 'the event loop is stuck']
      : judgeMeasure(measure, boundsOf(answer.mayHaveDriven ? 1 : 0));
  return [...whole, ...answer.faults];
}
