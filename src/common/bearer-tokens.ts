import { hash, timingSafeEqual } from 'node:crypto';

/** The tokens of a text that has one a line: the next one and the one before it are both good while callers change over. */
export function tokensOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Whether a token is one of some. Every one is compared, so that the time does not tell which one was right. */
export function isTokenOf(tokens: readonly string[], given: string): boolean {
  return tokens.filter((token) => timingSafeEqual(digestOfToken(given), digestOfToken(token))).length > 0;
}

/** Equal lengths, so that a comparison takes the same time for every token. */
function digestOfToken(token: string): Buffer {
  return Buffer.from(hash('sha256', token), 'hex');
}
