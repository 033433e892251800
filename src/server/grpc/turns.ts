/**
 * Gives out turns of the event loop, one after the other: whoever does at most one costly thing in its turn leaves room
 * for what else has come meanwhile, health's answers first.
 */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    // An immediate that is set now runs in the loop's next round, not in this one.
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}
