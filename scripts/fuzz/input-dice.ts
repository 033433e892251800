import { createDice, type Dice } from '../chaos/dice.js';

/** The dice of one input alone, so that it can be made again without those before it. */
export function diceOf(seed: number, index: number): Dice {
  // Knuth's multiplicative hash spreads neighbours.
  return createDice((Math.imul(seed + 1, 2_654_435_761) ^ Math.imul(index + 1, 40_503)) >>> 0);
}
