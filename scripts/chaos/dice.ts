import { createSeededRandom } from '../../src/server/dev-driver/seeded-random.js';

/** Everything that is left to chance, from one seed. */
export interface Dice {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<const Item>(items: readonly [Item, ...Item[]]): Item;
  chance(probability: number): boolean;
}

export function createDice(seed: number): Dice {
  const random = createSeededRandom(seed);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  return {
    between,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    chance: (probability) => random() < probability,
  };
}
