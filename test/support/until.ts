import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds; rejects after `mostMs`, which only a test that fails takes. */
export async function until(holds: () => boolean | Promise<boolean>, mostMs = 10_000): Promise<void> {
  const endMs = Date.now() + mostMs;
  while (!(await holds())) {
    if (Date.now() > endMs) {
      throw new Error(`it did not come to hold within ${mostMs / 1_000} s`);
    }
    await sleep(20);
  }
}
