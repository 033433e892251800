import type { Clock } from '../../src/play/clock.js';

/** A clock whose waits pass at once: it jumps to where the wait would have ended. */
export function instantClock(startMs = Date.UTC(2026, 0, 1)): Clock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    sleep: async (durationMs) => {
      const endMs = nowMs + durationMs;
      await new Promise((resolve) => setImmediate(resolve));
      nowMs = Math.max(nowMs, endMs);
    },
  };
}
