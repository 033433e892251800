/** Lets a bounded number of calls be at the driver at once; the others wait in the order of their coming. */
export class ConcurrencyLimiter {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves when it is the caller's turn. Each turn must be given back once. */
  async acquire(): Promise<void> {
    if (this.#taken < this.#most) {
      this.#taken += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#taken -= 1;
    } else {
      next();
    }
  }
}
