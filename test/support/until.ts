import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds; rejects after 10 s, which only a test that fails takes. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > endMs) {
      throw new Error('it did not come to hold within 10 s');
    }
    await sleep(20);
  }
}
