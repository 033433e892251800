import { errorText } from '../../src/common/error-text.js';
import { makeTarget } from './all-targets.js';
import type { Answer, FuzzInput, TargetName, Wire } from './fuzz-input.js';
import { type Child, startChild } from './start-child.js';
import { boundsOf, judgeMeasure } from './tally.js';

export const answerTimeoutMs = 60_000;

/** Sends one input; no answer is an answer too, and a fault. */
export async function ask(wire: Wire, input: FuzzInput): Promise<Answer> {
  const silent = (why: string): Answer => ({ kind: 'none', mayHaveDriven: true, text: '', faults: [why] });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Answer>((resolve) => {
    timer = setTimeout(
      () => resolve(silent(`no answer within ${answerTimeoutMs / 1000} s`)),
      answerTimeoutMs,
    );
  });
  const answered = wire.send(input).catch((error: unknown) => silent(`no answer: ${errorText(error)}`));
  return Promise.race([answered, timeout]).finally(() => clearTimeout(timer));
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
