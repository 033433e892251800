const lookEveryMs = 20;

/**
 * Watches how long the event loop is busy at a time. A turn counts with the CPU time of the process in it, where that is
 * less than what the clock says: on a busy machine a process may wait for its CPU for seconds, and does nothing then.
 */
export function watchTurns(): { readonly takeLongestMs: () => number } {
  let longestMs = 0;
  let last = { ms: performance.now(), cpu: process.cpuUsage() };
  setInterval(() => {
    const { user, system } = process.cpuUsage(last.cpu);
    const turnMs = performance.now() - last.ms - lookEveryMs;
    longestMs = Math.max(longestMs, Math.min(turnMs, (user + system) / 1_000));
    last = { ms: performance.now(), cpu: process.cpuUsage() };
  }, lookEveryMs).unref();
  return {
    takeLongestMs: () => {
      const taken = longestMs;
      longestMs = 0;
      return taken;
    },
  };
}
