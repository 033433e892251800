// Runs in the process that is measured: node --import THIS?file=FILE. At SIGUSR2 it writes to FILE how many milliseconds the event loop
// was blocked at the most since the last time.
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** https://nodejs.org/api/perf_hooks.html#perf_hooksmonitoreventloopdelayoptions */
const delay = monitorEventLoopDelay({ resolution: 1 });
const nanosecondsPerMs = 1e6;
const file = new URL(import.meta.url).searchParams.get('file') ?? '';

delay.enable();
process.on('SIGUSR2', () => {
  // At once whole, for whoever waits for it.
  writeFileSync(`${file}.new`, `${delay.max / nanosecondsPerMs}`);
  renameSync(`${file}.new`, file);
  delay.reset();
});
