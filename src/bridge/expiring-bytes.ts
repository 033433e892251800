/** One thing that takes bytes until a moment. */
interface Entry {
  bytes: number;
  bucket: number;
}

/**
 * A sum of bytes, each under a key and each until a moment of its own. Every operation takes the same time however
 * many there are: moments are rounded up to multiples of `stepMs`, and each multiple is swept once.
 */
export class ExpiringBytes {
  readonly #stepMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #buckets = new Map<number, Set<string>>();
  #total = 0;
  #swept = Number.NEGATIVE_INFINITY;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /** Puts the bytes under a key, in the place of those that are there. */
  set(key: string, bytes: number, untilMs: number): void {
    this.delete(key);
    const bucket = Math.ceil(untilMs / this.#stepMs);
    this.#entries.set(key, { bytes, bucket });
    this.#total += bytes;
    const keys = this.#buckets.get(bucket);
    if (keys === undefined) {
      this.#buckets.set(bucket, new Set([key]));
    } else {
      keys.add(key);
    }
  }

  /** Moves the moment of what is there under a key, if anything is. */
  keepUntil(key: string, untilMs: number): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      this.set(key, entry.bytes, untilMs);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      return;
    }
    this.#entries.delete(key);
    this.#total -= entry.bytes;
    const keys = this.#buckets.get(entry.bucket);
    keys?.delete(key);
    if (keys?.size === 0) {
      // Else each sweep would look at as many as there are steps until the last moment.
      this.#buckets.delete(entry.bucket);
    }
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** When the first of them expires, if each was set to expire after those before it; undefined without any. */
  firstExpiryMs(): number | undefined {
    const [bucket] = this.#buckets.keys();
    return bucket === undefined ? undefined : bucket * this.#stepMs;
  }

  /** Moments at which something expires: what a sweep looks at. */
  get steps(): number {
    return this.#buckets.size;
  }

  get entries(): number {
    return this.#entries.size;
  }

  /** The sum at a moment; moments only grow. */
  total(nowMs: number): number {
    const now = Math.floor(nowMs / this.#stepMs);
    if (now > this.#swept) {
      this.#sweep(now);
    }
    return this.#total;
  }

  #sweep(now: number): void {
    for (const [bucket, keys] of this.#buckets) {
      if (bucket > now) {
        continue;
      }
      for (const key of keys) {
        this.delete(key);
      }
    }
    this.#swept = now;
  }
}
