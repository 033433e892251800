import { type Clock, sleep } from '../../common/clock.js';
import { onAbort } from '../../common/on-abort.js';

/** What a walk waits for: results and alarms. */
export interface Wake {
  now(): void;
  after(durationMs: number): void;
  next(): Promise<void>;
  isIdle(): boolean;
  stop(): void;
}

/** One waiter, woken by whatever happens first since it last looked. */
export function createWake(clock: Clock, outer: AbortSignal | undefined): Wake {
  const stopped = new AbortController();
  let alarms = 0;
  let hasEvent = false;
  let resume = (): void => undefined;
  const now = (): void => {
    hasEvent = true;
    resume();
  };
  const forget = outer && onAbort(outer, now);
  return {
    now,
    after: (durationMs) => {
      alarms += 1;
      void sleep(clock, durationMs, stopped.signal).then(() => {
        alarms -= 1;
        now();
      });
    },
    next: async () => {
      if (!hasEvent) {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
      hasEvent = false;
    },
    isIdle: () => alarms === 0,
    stop: () => {
      stopped.abort();
      forget?.();
    },
  };
}
