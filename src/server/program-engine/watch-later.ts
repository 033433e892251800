import { within } from '../within.js';
import type { MetadataWatch } from './watch-metadata.js';

/** A watch that begins when it is told to, or with the first who asks whether it has settled. */
export interface LaterWatch extends MetadataWatch {
  /** Resolves when it is known. */
  readonly begin: () => Promise<void>;
  /** Whether there was a first answer, or no time left for one. */
  readonly isKnown: () => boolean;
}

/**
 * A watch that is made later: a server listens before it connects to anybody. It tells of no outage before its first answer, or
 * before `firstAnswerMs` have passed since it began: the first calls wait for that long instead of being refused.
 */
export function watchLater(make: () => MetadataWatch, firstAnswerMs: number): LaterWatch {
  let begun: { readonly watch: MetadataWatch; readonly known: Promise<void> } | undefined;
  let isKnown = false;
  let isClosed = false;
  const begin = () => {
    if (begun === undefined && !isClosed) {
      const watch = make();
      const known = within(firstAnswerMs, watch.settled()).then(() => {
        isKnown = true;
      });
      begun = { watch, known };
    }
    return begun;
  };
  return {
    begin: async () => {
      await begin()?.known;
    },
    isKnown: () => isKnown,
    outage: () => (isKnown ? begun?.watch.outage() : undefined),
    settled: async () => {
      const now = begin();
      if (isKnown) {
        return now?.watch.settled();
      }
      await now?.known;
      return now?.watch.outage();
    },
    close: () => {
      isClosed = true;
      begun?.watch.close();
    },
  };
}
