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
