import { readFileSync } from 'node:fs';

export type ReadText = (path: string) => string | undefined;

/** The text of a file; undefined for one that is not there or cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
