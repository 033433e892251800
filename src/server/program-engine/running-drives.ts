import { setMaxListeners } from 'node:events';

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
    // A long-lived signal keeps no listener of a drive that is over.
    run: async (outer, drive) => {
      const ending = new AbortController();
      const end = () => ending.abort(outer.reason);
      if (outer.aborted) {
        end();
      }
      // Every call may share the server's one signal: more than ten listeners are no leak.
      setMaxListeners(0, outer);
      outer.addEventListener('abort', end, { once: true });
      const driving = drive(ending.signal);
      drives.set(driving, ending);
      try {
        return await driving;
      } finally {
        drives.delete(driving);
        outer.removeEventListener('abort', end);
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
