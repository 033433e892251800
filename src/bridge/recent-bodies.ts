import { hash } from 'node:crypto';

/** Repeats come within minutes; whatever is forgotten is parsed again. */
const mostKept = 2_048;

/** What is known of the bodies that came lately, by their digests: a body that comes again costs no more than that. */
export class RecentBodies<Known> {
  readonly #known = new Map<string, Known>();

  find(digest: string): Known | undefined {
    return this.#known.get(digest);
  }

  /** Keeps what is known of a body; the oldest one is forgotten for it. */
  keep(digest: string, known: Known): void {
    this.#known.delete(digest);
    this.#known.set(digest, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKept && oldest !== undefined) {
      this.#known.delete(oldest);
    }
  }
}

/** Equal for equal bodies alone. */
export function digestOf(body: string): string {
  return hash('sha256', body, 'base64');
}
