import type { Clock } from '../../common/clock.js';
import type { LeaseRecord } from './lease-api.js';

/** What a Lease says, and since when, counted by this process's own clock from when it saw that. */
export class LeaseObserver {
  readonly #clock: Clock;
  #record: LeaseRecord | undefined;
  #sinceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As it was seen last. */
  get record(): LeaseRecord | undefined {
    return this.#record;
  }

  see(record: LeaseRecord): void {
    if (this.#record === undefined || !areSame(this.#record, record)) {
      this.#sinceMs = this.#clock.nowMs();
    }
    this.#record = record;
  }

  /** For how long it has said the same. */
  ageMs(): number {
    return this.#clock.nowMs() - this.#sinceMs;
  }

  /** For how long it still belongs to its holder; 0 or less where anybody may take it. */
  leftMs(): number {
    const record = this.#record;
    return record?.holder === undefined ? 0 : record.durationSeconds * 1000 - this.ageMs();
  }
}

/** The spec alone: a label that somebody adds renews nothing. */
function areSame(one: LeaseRecord, other: LeaseRecord): boolean {
  return (
    one.holder === other.holder &&
    one.durationSeconds === other.durationSeconds &&
    one.transitions === other.transitions &&
    one.acquiredAt?.getTime() === other.acquiredAt?.getTime() &&
    one.renewedAt?.getTime() === other.renewedAt?.getTime()
  );
}
