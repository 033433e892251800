import { onAbort } from '../../common/on-abort.js';

/** The drives of an engine, each with a signal of its own. */
export interface RunningDrives {
  /** Runs a drive whose signal aborts with the caller's, or when all are ended. */
  readonly run: <Value>(outer: AbortSignal, drive: (signal: AbortSignal) => Promise<Value>) => Promise<Value>;
  /** Aborts what runs, and resolves when nothing is left. */
  readonly endAll: () => Promise<void>;
}

export function createRunningDrives(): RunningDrives {
  const drives = new Map<Promise<unknown>, AbortController>();
  return {
    run: async (outer, drive) => {
      const ending = new AbortController();
      const end = () => ending.abort(outer.reason);
      if (outer.aborted) {
        end();
      }
      const forget = onAbort(outer, end);
      const driving = drive(ending.signal);
      drives.set(driving, ending);
      try {
        return await driving;
      } finally {
        drives.delete(driving);
        forget();
      }
    },
    endAll: async () => {
      for (const ending of drives.values()) {
        ending.abort();
      }
      await Promise.allSettled(drives.keys());
    },
  };
}
