import type { Clock } from '../common/clock.js';
import { InFlight } from '../common/in-flight.js';
import type { Progress } from './progress.js';

export interface LongPollOptions {
  /** How long a POST is held at most; Argo's agent gives up after 30 s. */
  readonly windowMs: number;
  /** How many POSTs are held at a time at most: half of the agent's workers, so that first calls always get in. */
  readonly most: number;
  readonly clock: Clock;
  /** Aborted when this process ends: nobody is held any more. */
  readonly ending: AbortSignal;
}

/** Whoever waits for the answer of a POST. */
export interface Caller {
  isGone(): boolean;
  /** Calls back when the caller hangs up; the returned function takes that back. One callback at a time. */
  onGone(callback: () => void): () => void;
}

/** Holds POSTs until their answer is there, for a while and only so many at a time. */
export class LongPoll {
  readonly #options: LongPollOptions;
  readonly #held = new InFlight<() => void>();

  constructor(options: LongPollOptions) {
    this.#options = options;
    options.ending.addEventListener('abort', () => this.#releaseAll(), { once: true });
  }

  /** POSTs that are held now. */
  get held(): number {
    return this.#held.size;
  }

  /**
   * Resolves when the attempt has ended, or earlier: at once when enough POSTs are held or the attempt backs off,
   * of which the user should know; later when it begins to, when the window is over, or when the `caller` is gone.
   */
  async hold(progress: Progress, caller: Caller): Promise<void> {
    const { windowMs, most, clock, ending } = this.#options;
    const isFull = this.#held.size >= most;
    if (isFull || ending.aborted || caller.isGone() || progress.stage.kind === 'backing off') {
      return;
    }
    await new Promise<void>((resolve) => {
      const release = () => {
        takeBack();
        forgetNews();
        stayed();
        takeOut();
        resolve();
      };
      const takeBack = clock.after(windowMs, release);
      const forgetNews = progress.onNews(release);
      const stayed = caller.onGone(release);
      const takeOut = this.#held.add(release);
    });
  }

  #releaseAll(): void {
    for (const release of this.#held.items()) {
      release();
    }
  }
}
