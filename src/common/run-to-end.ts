import { errorText } from './error-text.js';
import { exitAfterOutput, exitCodes } from './exit-codes.js';
import { toSourceFrames } from './source-frames.js';

/** Runs a command as this whole process, which ends with the exit code that it resolves with. */
export function runToEnd(run: () => Promise<number>): void {
  // A reader that goes away (EPIPE) must not end a command in its work.
  process.stdout.on('error', () => {});
  // A command runs until it says that it has ended, although its timers may not hold the process.
  setInterval(() => {}, 2 ** 30);
  run().then(exitAfterOutput, (thrown: unknown) => {
    const text = thrown instanceof Error ? toSourceFrames(thrown.stack ?? '') : errorText(thrown);
    process.stderr.write(`${text}\n`);
    process.exit(exitCodes.failed);
  });
}
