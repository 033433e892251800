import type { Writable } from 'node:stream';
import type { PlayListener } from '../walk/play-files.js';
import { printable } from './printable.js';

/** Prints why a file did not go well, and nothing else. */
export function createReasonPrinter(output: Pick<Writable, 'write'>): PlayListener {
  return {
    onNode: () => undefined,
    onPlayed: (played) => {
      const reason = 'refusal' in played ? played.refusal : played.walk.message;
      if (reason !== '') {
        output.write(`play: ${played.file}: ${printable(reason)}\n`);
      }
    },
    end: () => undefined,
  };
}
