import { setMaxListeners } from 'node:events';

/** What runs while the server has the right to drive: each term has a signal of its own. */
export interface Terms {
  /** Of the term that runs now. */
  signal(): AbortSignal;
  /** Aborts the drives of this term; a new one begins. */
  end(reason?: unknown): void;
}

export function createTerms(): Terms {
  let term = newTerm();
  return {
    signal: () => term.signal,
    end: (reason) => {
      const ended = term;
      term = newTerm();
      ended.abort(reason);
    },
  };
}

/** Every running drive listens to it; Node takes more than ten listeners for a leak. */
function newTerm(): AbortController {
  const term = new AbortController();
  setMaxListeners(0, term.signal);
  return term;
}
