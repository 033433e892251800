import { spawn } from 'node:child_process';
import { once } from 'node:events';

const starts = 5;
/** What Node.js takes to start and end on two idle cores. */
const idleStartMs = 100;

/** How many times slower than an idle one this machine is just now; never below 1. */
export async function measureSlowness(): Promise<number> {
  const tookMs: number[] = [];
  for (let index = 0; index < starts; index += 1) {
    const beganMs = performance.now();
    await once(spawn(process.execPath, ['--eval', ''], { stdio: 'ignore' }), 'exit');
    tookMs.push(performance.now() - beganMs);
  }
  tookMs.sort((left, right) => left - right);
  const middleMs = tookMs[Math.floor(starts / 2)] ?? 0;
  return Math.max(1, middleMs / idleStartMs);
}
