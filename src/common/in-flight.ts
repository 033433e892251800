/**
 * What is under way, each until it ends, in no order. It has slots where a Set would do, because a Set that lives long and
 * changes often is a leak until the next mark-compact: V8 gives it a new table every few changes, the old one keeps what
 * was in it and leads to the new one, and as soon as one of them is in the old generation, none of their items is left
 * to the scavenger. https://github.com/v8/v8/blob/11.3.244/src/objects/ordered-hash-table.h
 */
export class InFlight<Item> {
  readonly #slots: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.length - this.#free.length;
  }

  /** The returned function takes it out; only its first call does. */
  add(item: Item): () => void {
    const slot = this.#free.pop() ?? this.#slots.length;
    this.#slots[slot] = item;
    let isIn = true;
    return () => {
      if (isIn) {
        isIn = false;
        this.#slots[slot] = undefined;
        this.#free.push(slot);
      }
    };
  }

  /** Those that are in at this moment. */
  items(): readonly Item[] {
    return this.#slots.filter((item) => item !== undefined);
  }
}
