/**
 * Lets a bounded number of calls be at the driver at once; the others wait in the order of their coming. Once
 * `ending` is aborted nobody gets in any more.
 */
export class ConcurrencyLimiter {
  readonly #most: number;
  readonly #ending: AbortSignal;
  /** In the order of their coming; each is told whether it may go on. */
  readonly #waiting = new Set<(mayCall: boolean) => void>();
  #taken = 0;

  constructor(most: number, ending: AbortSignal) {
    this.#most = most;
    this.#ending = ending;
    ending.addEventListener('abort', () => this.#turnAway(), { once: true });
  }

  /** Calls at the driver. */
  get taken(): number {
    return this.#taken;
  }

  /** True once the caller may call; it must release that once. False when all ends. */
  async acquire(): Promise<boolean> {
    if (this.#ending.aborted) {
      return false;
    }
    if (this.#taken < this.#most) {
      this.#taken += 1;
      return true;
    }
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken -= 1;
    } else {
      this.#waiting.delete(next);
      next(true);
    }
  }

  #turnAway(): void {
    for (const waiting of this.#waiting) {
      waiting(false);
    }
    this.#waiting.clear();
  }
}
