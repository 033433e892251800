import type { Clock } from '../common/clock.js';

export interface LongPollOptions {
  /** How long a POST is held at most; Argo's agent gives up after 30 s. */
  readonly windowMs: number;
  /** How many POSTs are held at a time at most: half of the agent's workers, so that first calls always get in. */
  readonly most: number;
  readonly clock: Clock;
}

/** Holds POSTs until their answer is there, for a while and only so many at a time. */
export class LongPoll {
  readonly #options: LongPollOptions;
  readonly #held = new Set<() => void>();
  #open = true;

  constructor(options: LongPollOptions) {
    this.#options = options;
  }

  /**
   * Resolves when `done` does, or earlier: at once when enough POSTs are held, when the window is over, when one of
   * `signals` is aborted (the agent has gone, the user should be told), or when the window closes for good.
   */
  async hold(done: Promise<unknown>, signals: readonly AbortSignal[]): Promise<void> {
    if (!this.#open || this.#held.size >= this.#options.most) {
      return;
    }
    if (signals.some(({ aborted }) => aborted)) {
      return;
    }
    await new Promise<void>((resolve) => {
      const release = () => {
        takeBack();
        for (const signal of signals) {
          signal.removeEventListener('abort', release);
        }
        this.#held.delete(release);
        resolve();
      };
      const takeBack = this.#options.clock.after(this.#options.windowMs, release);
      for (const signal of signals) {
        signal.addEventListener('abort', release);
      }
      this.#held.add(release);
      void done.then(release);
    });
  }

  /** Releases every POST that is held, and holds none any more. */
  close(): void {
    this.#open = false;
    for (const release of this.#held) {
      release();
    }
  }
}
