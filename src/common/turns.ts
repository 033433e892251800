/** Resolves when it is the caller's turn: one a round of the event loop, in the order of asking. */
export type TakeTurn = () => Promise<void>;

/**
 * Gives out turns of the event loop, one after the other: whoever does at most one costly thing in its turn leaves room
 * for what else has come meanwhile: health's answers, connections, bodies and timers.
 */
export function createTurns(): TakeTurn {
  let last = Promise.resolve();
  return () => {
    // An immediate that is set now runs in the loop's next round, not in this one.
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}
