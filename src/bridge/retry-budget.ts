import type { Clock } from '../common/clock.js';

export interface RetryBudgetOptions {
  /** Part of a re-send that each new call pays for: 0.2 is one re-send for five calls. */
  readonly ratio: number;
  /** Re-sends that are always allowed, so that a server is found that comes back. */
  readonly minPerSecond: number;
  readonly clock: Clock;
  readonly ending: AbortSignal;
}

/** Most re-sends that can be saved up: as many may follow at once on a calm hour. */
const mostSaved = 100;
/** So many seconds of the floor are there from the start. */
const savedAtStartSeconds = 10;

/** Then one of the others goes: a server that stays full would else keep them from it for as long. */
const mostInARow = 3;

interface Waiting {
  readonly resolve: (mayResend: boolean) => void;
  readonly takeBack: () => void;
}

/**
 * Bounds the re-sends of all tasks of a sidecar together, as linkerd and Envoy do, so that many sidecars with many
 * tasks cannot hold an overloaded server down: what the driver answers pays for one re-send each, new calls for a
 * part of one, and a floor lets some through. Who finds nothing saved waits in the order of coming, but three of four go
 * to those whose driver may have run: a server that ends keeps their answer for a while only.
 * https://linkerd.io/2/features/retries-and-timeouts/
 */
export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  /** Those whose answer may wait at the server, and the others. */
  readonly #first = new Set<Waiting>();
  readonly #second = new Set<Waiting>();
  /** How many of the first have gone while others waited. */
  #firstInARow = 0;
  #saved: number;
  #countedMs: number;
  #timer: (() => void) | undefined;

  constructor(options: RetryBudgetOptions) {
    this.#options = options;
    this.#saved = Math.min(mostSaved, options.minPerSecond * savedAtStartSeconds);
    this.#countedMs = options.clock.nowMs();
    options.ending.addEventListener('abort', () => this.#letGo(), { once: true });
  }

  /** Re-sends that may go at once. */
  get saved(): number {
    this.#save(0);
    return Math.floor(this.#saved);
  }

  noteNewCall(): void {
    this.#save(this.#options.ratio);
  }

  noteAnswer(): void {
    this.#save(1);
  }

  /** True when a call may be sent again; false after `timeoutMs`, or when all ends. */
  withdraw(timeoutMs: number, goesFirst: boolean): Promise<boolean> {
    this.#save(0);
    if (this.#options.ending.aborted) {
      return Promise.resolve(false);
    }
    // Who waits would have taken it.
    if (this.#saved >= 1) {
      this.#saved -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const waiting: Waiting = {
        resolve,
        takeBack: this.#options.clock.after(timeoutMs, () => this.#end(waiting, false)),
      };
      (goesFirst ? this.#first : this.#second).add(waiting);
      this.#wakeLater();
    });
  }

  #save(amount: number): void {
    const nowMs = this.#options.clock.nowMs();
    const grown = ((nowMs - this.#countedMs) / 1000) * this.#options.minPerSecond;
    this.#countedMs = nowMs;
    this.#saved = Math.min(mostSaved, this.#saved + grown + amount);
    for (;;) {
      const next = this.#next();
      if (next === undefined || this.#saved < 1) {
        return;
      }
      this.#saved -= 1;
      this.#firstInARow = this.#first.has(next) && this.#second.size > 0 ? this.#firstInARow + 1 : 0;
      this.#end(next, true);
    }
  }

  #next(): Waiting | undefined {
    const [first] = this.#first;
    const [second] = this.#second;
    return this.#firstInARow < mostInARow ? (first ?? second) : (second ?? first);
  }

  #end(waiting: Waiting, mayResend: boolean): void {
    this.#first.delete(waiting);
    this.#second.delete(waiting);
    waiting.takeBack();
    waiting.resolve(mayResend);
  }

  /** When the floor has grown by what the first one needs. */
  #wakeLater(): void {
    if (this.#timer !== undefined || this.#first.size + this.#second.size === 0) {
      return;
    }
    const { clock, minPerSecond } = this.#options;
    const waitMs = Math.ceil(((1 - this.#saved) / minPerSecond) * 1000);
    this.#timer = clock.after(Math.max(1, waitMs), () => {
      this.#timer = undefined;
      this.#save(0);
      this.#wakeLater();
    });
  }

  #letGo(): void {
    this.#timer?.();
    this.#timer = undefined;
    for (const waiting of [...this.#first, ...this.#second]) {
      this.#end(waiting, false);
    }
  }
}
