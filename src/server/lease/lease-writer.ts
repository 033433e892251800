import type { Clock } from '../../common/clock.js';
import type { LeaseApi, LeaseRecord, StoredLease } from './lease-api.js';
import type { LeaseObserver } from './lease-observer.js';

/** A write that went well: it is held from before it was sent. */
export interface Written {
  readonly stored: StoredLease;
  /** Milliseconds of the clock. */
  readonly sentMs: number;
}

export interface LeaseWriterOptions {
  readonly api: LeaseApi;
  /** Of this process alone. */
  readonly identity: string;
  /** So long after its last change nobody takes a record from its holder. */
  readonly durationSeconds: number;
  readonly clock: Clock;
  readonly observer: LeaseObserver;
}

/** Writes a Lease as client-go does (https://pkg.go.dev/k8s.io/client-go/tools/leaderelection). Rejects as the API does. */
export class LeaseWriter {
  readonly #options: LeaseWriterOptions;

  constructor(options: LeaseWriterOptions) {
    this.#options = options;
  }

  /** Takes it where nobody holds it, and where its holder's time is over. Undefined where it is another's. */
  async take(isWanted: () => boolean): Promise<Written | undefined> {
    const { api, clock, observer } = this.#options;
    const found = await api.read();
    if (found !== undefined) {
      observer.see(found.record);
    }
    // One that was deleted is still its last holder's, who may not have noticed.
    if (!isWanted() || (!this.#isOurs(found) && observer.leftMs() > 0)) {
      return undefined;
    }
    const sentMs = clock.nowMs();
    const record = this.#nextRecord(found?.record);
    const stored = await (found === undefined ? api.create(record) : api.replace(found, record));
    return this.#seen(stored, sentMs);
  }

  /** Writes it anew. Where another one has it by now, says who. */
  async renew(held: StoredLease): Promise<Written | { readonly takenBy: string }> {
    const { api, clock } = this.#options;
    let last: StoredLease | undefined = held;
    for (;;) {
      const sentMs = clock.nowMs();
      const record = this.#nextRecord(held.record);
      const stored = await (last === undefined ? api.create(record) : api.replace(last, record));
      const written = this.#seen(stored, sentMs);
      if (written !== undefined) {
        return written;
      }
      // Somebody has written it, a label perhaps, or deleted it.
      last = await api.read();
      if (last !== undefined && !this.#isOurs(last)) {
        return { takenBy: last.record.holder ?? 'nobody' };
      }
    }
  }

  /** Gives it back where it is this process's, which is tried a few times: a renewal may be on its way. */
  async giveBack(): Promise<void> {
    for (let tries = 0; tries < 3; tries++) {
      const stored = await this.#options.api.read();
      if (stored === undefined || !this.#isOurs(stored)) {
        return;
      }
      const free = { ...stored.record, holder: undefined, durationSeconds: 1, renewedAt: new Date() };
      if ((await this.#options.api.replace(stored, free)) !== undefined) {
        return;
      }
    }
  }

  #isOurs(stored: StoredLease | undefined): boolean {
    return stored?.record.holder === this.#options.identity;
  }

  #seen(stored: StoredLease | undefined, sentMs: number): Written | undefined {
    if (stored === undefined) {
      return undefined;
    }
    this.#options.observer.see(stored.record);
    return { stored, sentMs };
  }

  #nextRecord(last: LeaseRecord | undefined): LeaseRecord {
    const { identity, durationSeconds } = this.#options;
    const isOurs = last?.holder === identity;
    // Who waits sees a renewal by its time alone: not twice the same, also where this clock was set back.
    const leastMs = isOurs && last.renewedAt !== undefined ? last.renewedAt.getTime() + 1 : 0;
    const now = new Date(Math.max(Date.now(), leastMs));
    return {
      holder: identity,
      durationSeconds,
      transitions: (last?.transitions ?? -1) + (isOurs ? 0 : 1),
      acquiredAt: isOurs ? last.acquiredAt : now,
      renewedAt: now,
    };
  }
}
