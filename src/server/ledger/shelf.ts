/** A map that knows how old and how large its entries are, and forgets the old ones. */
export interface Shelf<Value> {
  readonly get: (key: string) => Value | undefined;
  /** Adds an entry as the youngest; its key must be new. */
  readonly add: (key: string, value: Value, bytes: number) => void;
  /** Forgets every entry that has had its time. */
  readonly dropExpired: () => void;
  /** Forgets the oldest entry and says how old it was, milliseconds; undefined when there is none. */
  readonly dropOldest: () => number | undefined;
  readonly size: () => number;
  readonly bytes: () => number;
}

/** A shelf whose entries are kept for `keepMs`, in milliseconds of `clock`. */
export function createShelf<Value>(keepMs: number, clock: () => number): Shelf<Value> {
  // A Map keeps the order of insertion, so the oldest entry is always the first one.
  const entries = new Map<string, { value: Value; bytes: number; addedAtMs: number }>();
  let bytesOfAll = 0;
  const drop = (key: string, bytes: number) => {
    entries.delete(key);
    bytesOfAll -= bytes;
  };
  return {
    get: (key) => entries.get(key)?.value,
    add: (key, value, bytes) => {
      entries.set(key, { value, bytes, addedAtMs: clock() });
      bytesOfAll += bytes;
    },
    dropExpired: () => {
      for (const [key, { bytes, addedAtMs }] of entries) {
        if (clock() - addedAtMs < keepMs) {
          return;
        }
        drop(key, bytes);
      }
    },
    dropOldest: () => {
      for (const [key, { bytes, addedAtMs }] of entries) {
        drop(key, bytes);
        return clock() - addedAtMs;
      }
      return undefined;
    },
    size: () => entries.size,
    bytes: () => bytesOfAll,
  };
}
