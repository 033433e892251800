import type { Clock } from '../common/clock.js';

/** A clock whose waits pass at once: it jumps to where the wait would have ended. */
export function instantClock(startMs = Date.UTC(2026, 0, 1)): Clock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    after: (delayMs, callback) => {
      const endMs = nowMs + delayMs;
      const immediate = setImmediate(() => {
        nowMs = Math.max(nowMs, endMs);
        callback();
      });
      return () => clearImmediate(immediate);
    },
  };
}
