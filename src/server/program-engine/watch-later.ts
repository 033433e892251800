import { setTimeout as sleep } from 'node:timers/promises';
import type { MetadataWatch } from './watch-metadata.js';

/** A watch that begins when it is told to, or with the first who asks whether it has settled. */
export interface LaterWatch extends MetadataWatch {
  readonly begin: () => void;
}

/**
 * A watch that is made later: a server listens before it connects to anybody. It knows of no outage before its first answer, or
 * before `firstAnswerMs` have passed since it began: the first calls wait for that long instead of being refused.
 */
export function watchLater(make: () => MetadataWatch, firstAnswerMs: number): LaterWatch {
  let begun: { readonly watch: MetadataWatch; readonly known: Promise<void> } | undefined;
  let isKnown = false;
  const begin = () => {
    if (begun === undefined) {
      const watch = make();
      const known = within(firstAnswerMs, watch.settled()).then(() => {
        isKnown = true;
      });
      begun = { watch, known };
    }
    return begun;
  };
  return {
    begin,
    outage: () => (isKnown ? begun?.watch.outage() : undefined),
    settled: async () => {
      const { watch, known } = begin();
      if (isKnown) {
        return watch.settled();
      }
      await known;
      return watch.outage();
    },
    close: () => begun?.watch.close(),
  };
}

async function within(timeoutMs: number, done: Promise<unknown>): Promise<void> {
  const timeout = new AbortController();
  const { signal } = timeout;
  await Promise.race([done, sleep(timeoutMs, undefined, { signal, ref: false }).catch(() => undefined)]);
  timeout.abort();
}
