import { hash } from 'node:crypto';

/** The first hex digits of a text's SHA-256. */
export function hexDigest(text: string, digits: number): string {
  return hash('sha256', text, 'hex').slice(0, digits);
}
