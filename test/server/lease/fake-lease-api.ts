import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, sleep } from '../../../src/common/clock.js';
import type { LeaseApi, LeaseRecord, StoredLease } from '../../../src/server/lease/lease-api.js';

/** A Lease that several electors share, with the conflicts of Kubernetes' API. */
export interface FakeLease {
  stored: StoredLease | undefined;
  /** Writes it as somebody else does. */
  write(change: Partial<LeaseRecord>): void;
  /** Puts a label on it: another resourceVersion, the same record. */
  label(): void;
  /** The API as one elector reaches it. `way` is asked before and after each request: it may wait, or throw. */
  apiOf(way?: () => Promise<void>): LeaseApi;
}

export const freeRecord: LeaseRecord = {
  holder: undefined,
  durationSeconds: 0,
  transitions: 0,
  acquiredAt: undefined,
  renewedAt: undefined,
};

export function createFakeLease(): FakeLease {
  let version = 0;
  const watchers = new Set<(stored: StoredLease) => void>();
  const put = (record: LeaseRecord) => {
    version += 1;
    const stored = { record, resourceVersion: String(version), object: {} };
    lease.stored = stored;
    for (const onSeen of watchers) {
      onSeen(stored);
    }
    return stored;
  };
  const lease: FakeLease = {
    stored: undefined,
    write: (change) => void put({ ...(lease.stored?.record ?? freeRecord), ...change }),
    label: () => void put(lease.stored?.record ?? freeRecord),
    apiOf: (way = async () => {}) => {
      const through = async <Answer>(answer: () => Answer): Promise<Answer> => {
        await way();
        const answered = answer();
        await way();
        return answered;
      };
      return {
        read: () => through(() => lease.stored),
        create: (record) => through(() => (lease.stored === undefined ? put(record) : undefined)),
        replace: ({ resourceVersion }, record) =>
          through(() => (lease.stored?.resourceVersion === resourceVersion ? put(record) : undefined)),
        watch: (onSeen) => {
          watchers.add(onSeen);
          return () => watchers.delete(onSeen);
        },
      };
    },
  };
  return lease;
}

/** A way that takes from 0 to `mostMs`, and of which a part `broken` of the questions gets no further. */
export function unreliableWay(clock: Clock, random: () => number, mostMs: number, broken: () => number) {
  return async () => {
    await sleep(clock, Math.floor(random() * mostMs));
    if (random() < broken()) {
      throw new Error('lost on the way');
    }
  };
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) {
    await turn();
  }
}
