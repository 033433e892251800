import type { Clock } from '../../src/common/clock.js';

/** A clock that stands still until it is turned. */
export interface FakeClock extends Clock {
  /** Turns it forward; what is due calls back in its order, and what follows from that gets its turn. */
  advance(ms: number): Promise<void>;
}

export function createFakeClock(): FakeClock {
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  let nowMs = 0;
  const next = (endMs: number) =>
    [...timers].filter(({ atMs }) => atMs <= endMs).sort((left, right) => left.atMs - right.atMs)[0];
  return {
    nowMs: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: async (ms) => {
      const endMs = nowMs + ms;
      for (let timer = next(endMs); timer !== undefined; timer = next(endMs)) {
        timers.delete(timer);
        nowMs = timer.atMs;
        timer.callback();
        await settled();
      }
      nowMs = endMs;
    },
  };
}

/** Resolves once every promise that can settle has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
