import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Launcher, StartedProcess } from './started-process.js';

const measuring = new URL('../load/event-loop-delay.js', import.meta.url);

/** A program whose event loop is measured. */
export interface WatchedProcess extends StartedProcess {
  /** How long the loop was blocked at the most since this was asked last, milliseconds; undefined for what is no Node.js. */
  readonly longestDelayMs: () => Promise<number | undefined>;
}

let loops = 0;

/** Starts a program by `start`, with the launcher that it gives it. */
export async function startWatched(
  folder: string,
  start: (launch: Launcher) => Promise<StartedProcess>,
): Promise<WatchedProcess> {
  loops += 1;
  const file = join(folder, `event-loop-${loops}`);
  let isNode = false;
  const started = await start((words) => {
    const [program = '', ...rest] = words;
    isNode = program === process.execPath;
    return isNode
      ? [program, '--import', `${measuring.href}?file=${encodeURIComponent(file)}`, ...rest]
      : words;
  });
  const longestDelayMs = async () => {
    if (!isNode) {
      return undefined;
    }
    process.kill(started.pid, 'SIGUSR2');
    while (!existsSync(file)) {
      // Throws where the process is gone.
      process.kill(started.pid, 0);
      await sleep(5);
    }
    const ms = Number(readFileSync(file, 'utf8'));
    rmSync(file);
    return ms;
  };
  return { ...started, longestDelayMs };
}
