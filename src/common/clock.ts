import { onAbort } from './on-abort.js';

/** Time, passed in so that tests can turn it. */
export interface Clock {
  /** Milliseconds that only grow, to be compared with others of the same clock alone. */
  nowMs(): number;
  /** Calls back once after `delayMs`; the returned function takes that back. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  // performance.now() takes its time to load, when it is first asked.
  nowMs: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1_000 + nanoseconds / 1_000_000;
  },
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.max(0, delayMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const end = (): void => {
      cancel();
      forget?.();
      resolve();
    };
    const cancel = clock.after(delayMs, end);
    const forget = signal && onAbort(signal, end);
  });
}
