import { sleep } from '../../common/clock.js';
import { errorText } from '../../common/error-text.js';
import type { ElectorOptions, LeaseState } from './elector-options.js';
import type { LeaseRecord } from './lease-api.js';
import { LeaseObserver } from './lease-observer.js';
import { LeaseWriter, type Written } from './lease-writer.js';

/**
 * Tries for a Lease and keeps it. Clocks of two machines are never compared: who waits counts from when it saw the
 * record change, who holds counts from before it sent the renewal, so the holder's time is over first.
 */
export class LeaseElector {
  readonly #options: ElectorOptions;
  readonly #observer: LeaseObserver;
  readonly #writer: LeaseWriter;
  #state: LeaseState = 'waiting';
  #held: Written | undefined;
  #failure: string | undefined;
  #isResigned = false;
  #asking: Promise<unknown> = Promise.resolve();
  #poke = new AbortController();

  constructor(options: ElectorOptions) {
    const { api, identity, clock, times } = options;
    this.#options = options;
    this.#observer = new LeaseObserver(clock);
    const { durationSeconds } = times;
    this.#writer = new LeaseWriter({ api, identity, durationSeconds, clock, observer: this.#observer });
  }

  get state(): LeaseState {
    return this.#state;
  }

  /** What the Lease said when it was seen last. */
  get record(): LeaseRecord | undefined {
    return this.#observer.record;
  }

  /** For how long it has said so. */
  get recordAgeMs(): number {
    return this.#observer.ageMs();
  }

  /** Why the last thing that was asked of the API failed. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** True at this very instant, by the clock: a process that was stopped has noticed nothing else. */
  isHeld(): boolean {
    return this.#state === 'holding' && this.#leftMs() > 0;
  }

  /** Tries, holds, loses and tries again, until it is released, or resigned without it. */
  async run(): Promise<void> {
    while (await this.#acquire()) {
      const reason = await this.#keep();
      if (reason === undefined) {
        return;
      }
      this.#become('lost');
      await this.#options.events.onLost(reason);
      this.#become('waiting');
    }
  }

  /** Never takes it again; what is held is kept. */
  resign(): void {
    this.#isResigned = true;
    this.#poke.abort();
  }

  /** Gives it back where it is this process's. Rejects as the API does; then it is over by itself. */
  async release(): Promise<void> {
    this.resign();
    if (this.#state === 'waiting') {
      // It may be taking it just now.
      await this.#asking;
    }
    if (this.#state === 'holding') {
      this.#become('released');
      await this.#writer.giveBack();
    }
  }

  /** True once it is held; false when this process has resigned. */
  async #acquire(): Promise<boolean> {
    const unwatch = this.#options.api.watch(({ record }) => {
      this.#observer.see(record);
      this.#options.events.onChange();
      if (record.holder === undefined) {
        this.#poke.abort();
      }
    });
    try {
      while (!this.#isResigned) {
        const taken = await this.#ask(() => this.#writer.take(() => !this.#isResigned));
        if (taken !== undefined) {
          this.#hold(taken);
          return true;
        }
        const { retryMs } = this.#options.times;
        const leftMs = this.#observer.leftMs();
        await this.#pause(leftMs > 0 ? Math.min(leftMs, retryMs) : retryMs);
      }
      return false;
    } finally {
      unwatch();
    }
  }

  /** Resolves with why it is lost; with undefined once it is released. */
  async #keep(): Promise<string | undefined> {
    const { clock, times } = this.#options;
    while (this.#state === 'holding' && this.#held !== undefined) {
      await this.#pause(Math.min(times.retryMs, this.#leftMs()));
      if (!this.isHeld()) {
        break;
      }
      const { stored } = this.#held;
      // An answer that does not come must not keep it from giving up in time.
      const answer = this.#ask(() => this.#writer.renew(stored));
      const renewed = await Promise.race([answer, sleep(clock, this.#leftMs())]);
      if (!this.isHeld() || renewed === undefined) {
        continue;
      }
      if ('takenBy' in renewed) {
        return `another one has it: ${renewed.takenBy}`;
      }
      this.#hold(renewed);
    }
    const cause = this.#failure ?? 'this process did not run';
    return this.#state === 'released'
      ? undefined
      : `it was not renewed for ${times.renewDeadlineMs / 1000} s: ${cause}`;
  }

  #hold(written: Written): void {
    this.#held = written;
    this.#become('holding');
    this.#options.events.onHeld(this.#untilMs());
  }

  #become(state: LeaseState): void {
    this.#state = state;
    this.#options.events.onChange();
  }

  #untilMs(): number {
    return (this.#held?.sentMs ?? Number.NEGATIVE_INFINITY) + this.#options.times.renewDeadlineMs;
  }

  #leftMs(): number {
    return this.#untilMs() - this.#options.clock.nowMs();
  }

  /** Undefined where it fails, which is noted. */
  #ask<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
    const asking = question().then(
      (answer) => this.#note(undefined, answer),
      (error: unknown) => this.#note(errorText(error), undefined),
    );
    this.#asking = asking;
    return asking;
  }

  #note<Answer>(failure: string | undefined, answer: Answer): Answer {
    this.#failure = failure;
    this.#options.events.onChange();
    return answer;
  }

  async #pause(ms: number): Promise<void> {
    await sleep(this.#options.clock, Math.max(0, ms), this.#poke.signal);
    if (this.#poke.signal.aborted) {
      this.#poke = new AbortController();
    }
  }
}
