/** Resolves when it is the caller's turn: one a round of the event loop, in the order of asking. */
export type TakeTurn = () => Promise<void>;

/**
 * Between two reviews, which compute without a pause, connections are accepted, bodies are read and timers ring: else a
 * request would wait where nobody measures it.
 */
export function createTurns(): TakeTurn {
  const waiting: (() => void)[] = [];
  const next = () => {
    setImmediate(() => {
      waiting.shift()?.();
      if (waiting.length > 0) {
        next();
      }
    });
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) {
        next();
      }
    });
}
