/** Time, passed in so that tests can turn it. */
export interface Clock {
  /** Milliseconds that only grow. */
  nowMs(): number;
  /** Calls back once after `delayMs`; the returned function takes that back. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.max(0, delayMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or as soon as `ending` is aborted. */
export function sleep(clock: Clock, delayMs: number, ending?: AbortSignal): Promise<void> {
  if (ending?.aborted === true) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const wake = () => {
      takeBack();
      ending?.removeEventListener('abort', wake);
      resolve();
    };
    const takeBack = clock.after(delayMs, wake);
    ending?.addEventListener('abort', wake);
  });
}
