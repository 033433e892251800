// Programs that a check starts, waits for and ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Waits for the line "listening" of a program; resolves with the program and its address. `what` names it in the error. */
export async function untilListening(child, what) {
  for await (const line of createInterface(child.stdout)) {
    const { message, address } = JSON.parse(line);
    if (message === 'listening') {
      child.stdout.resume();
      return { child, address };
    }
  }
  throw new Error(`${what} ended before it listened`);
}

/** Ends a program by SIGTERM; its exit code must be 0. */
export async function endWell({ child }) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
}
