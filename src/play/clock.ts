import { setTimeout as delay } from 'node:timers/promises';

/** Time as a walk sees it; tests give one whose waits cost nothing. `sleep` ends early, quietly, when aborted. */
export interface Clock {
  nowMs(): number;
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (durationMs, signal) => {
    await delay(durationMs, undefined, { signal }).catch(() => undefined);
  },
};

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
