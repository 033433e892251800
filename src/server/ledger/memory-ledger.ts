import { LRUCache } from 'lru-cache';
import type { Logger } from '../../common/logger.js';
import { type Status, type StatusDetails, StatusError } from '../../contract/status-error.js';
import { noMeasures, type ServerMeasures } from '../measures.js';
import { type ExecuteResult, isKept, type RequestLedger } from './request-ledger.js';

/** Times and bounds of a ledger in memory; what is left out has a default. */
export interface MemoryLedgerOptions {
  /** How long a success is kept, milliseconds. */
  readonly keepSuccessMs?: number;
  /** How long a failure is kept, milliseconds. */
  readonly keepFailureMs?: number;
  /** How many finished requests are kept. */
  readonly maxEntries?: number;
  /** How many bytes of finished requests are kept: answers, details, ids and what an entry costs. */
  readonly maxBytes?: number;
  /** Now, in milliseconds of a clock that never goes back. */
  readonly clock?: () => number;
  /** Told of each request that is forgotten for want of room. */
  readonly onEvicted?: ServerMeasures['evicted'];
}

/** A ledger whose size can be read. */
export interface MemoryLedger extends RequestLedger {
  readonly size: () => { readonly entries: number; readonly bytes: number };
  readonly clear: () => void;
}

/** What the contract promises for a success (driver.proto, Execute). */
const promisedMs = 10 * 60_000;

const defaults = {
  // Longer than promised, so that the last re-send of a client with a budget of 10 minutes finds its answer.
  keepSuccessMs: promisedMs + 60_000,
  keepFailureMs: 30_000,
  maxEntries: 100_000,
  maxBytes: 128 << 20,
  clock: () => performance.now(),
  onEvicted: noMeasures.evicted,
};

/** What V8 needs for an entry beside its texts and its answer, roughly. */
const entryOverheadBytes = 512;
/** V8 keeps a text that has one character beyond Latin-1 in two bytes each. */
const bytesPerCharacter = 2;
const warnEveryMs = 60_000;
const purgeEveryMs = 10_000;

/** A failure without its stack and cause, which hold on to whatever they met. */
interface KeptFailure {
  readonly status: Status;
  readonly message: string;
  readonly details: StatusDetails;
}

interface Entry {
  readonly fingerprint: string;
  readonly outcome: Buffer | KeptFailure;
  readonly finishedAtMs: number;
}

/**
 * A ledger that lives as long as its process. When it passes its bounds the oldest are forgotten, with a warning
 * where that breaks the promise.
 */
export function createMemoryLedger(
  logger: Pick<Logger, 'warn'>,
  options: MemoryLedgerOptions = {},
): MemoryLedger {
  const { keepSuccessMs, keepFailureMs, maxEntries, maxBytes, clock, onEvicted } = {
    ...defaults,
    ...options,
  };
  const warnOfLoss = createLossWarning(logger, clock);
  // Without `max`, for which it would make lists of that length at once: 15 ms and 3 MiB for 100,000.
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    perf: { now: clock },
    ttlResolution: 0,
    // After it has gone, so that the numbers of the warning are those of what is kept.
    disposeAfter: ({ outcome, finishedAtMs }, _key, reason) => {
      if (reason !== 'evict') {
        return;
      }
      const isBroken = Buffer.isBuffer(outcome) && clock() - finishedAtMs < promisedMs;
      onEvicted(isBroken ? 'broken' : 'kept');
      if (isBroken) {
        warnOfLoss(entries);
      }
    },
  });
  const purge = createPurge(entries, clock);
  // peek leaves the order as it is: that of finishing.
  const lookUp: RequestLedger['lookUp'] = async ({ key, fingerprint }) => {
    const entry = entries.peek(key);
    if (entry === undefined) {
      return undefined;
    }
    return entry.fingerprint === fingerprint
      ? { kind: 'finished', result: toResult(entry.outcome) }
      : { kind: 'conflict' };
  };
  return {
    clear: () => entries.clear(),
    size: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
    lookUp,
    claim: async (request) => (await lookUp(request)) ?? { kind: 'claimed' },
    finish: async ({ key, fingerprint }, result) => {
      purge();
      const ttl = result.kind === 'answered' ? keepSuccessMs : keepFailureMs;
      if (!isKept(result) || ttl === 0) {
        return;
      }
      const entry = { fingerprint, outcome: toKept(result), finishedAtMs: clock() };
      entries.set(key, entry, { ttl, size: sizeOf(key, entry) });
      if (entries.size > maxEntries) {
        entries.pop();
      }
    },
  };
}

/** A copy in a buffer of its own: the answer may be a view of a slab of 8 KiB, which it would keep alive. */
function toKept(result: ExecuteResult): Entry['outcome'] {
  if (result.kind === 'failed') {
    const { status, message, details } = result.error;
    return { status, message, details };
  }
  const copy = Buffer.allocUnsafeSlow(result.response.length);
  result.response.copy(copy);
  return copy;
}

function toResult(outcome: Entry['outcome']): ExecuteResult {
  if (Buffer.isBuffer(outcome)) {
    return { kind: 'answered', response: outcome };
  }
  const { status, message, details } = outcome;
  return { kind: 'failed', error: new StatusError(status, message, { details }) };
}

function sizeOf(key: string, { fingerprint, outcome }: Pick<Entry, 'fingerprint' | 'outcome'>): number {
  const outcomeBytes = Buffer.isBuffer(outcome)
    ? outcome.buffer.byteLength
    : bytesPerCharacter * JSON.stringify(outcome).length;
  return entryOverheadBytes + bytesPerCharacter * (key.length + fingerprint.length) + outcomeBytes;
}

/** Drops what has had its time, which stays until then: at most every 10 s, as it looks at each entry. */
function createPurge(entries: LRUCache<string, Entry>, clock: () => number) {
  let purgedAtMs = clock();
  return () => {
    if (clock() - purgedAtMs >= purgeEveryMs) {
      purgedAtMs = clock();
      entries.purgeStale();
    }
  };
}

/** Warns of promises that were cut short: at once the first time, then with a count, once a minute at most. */
function createLossWarning(logger: Pick<Logger, 'warn'>, clock: () => number) {
  let unreported = 0;
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  return ({ size, calculatedSize }: LRUCache<string, Entry>) => {
    unreported += 1;
    if (clock() - warnedAtMs < warnEveryMs) {
      return;
    }
    logger.warn('the ledger is full: successes were forgotten within 10 minutes, their repeats drive again', {
      forgotten: unreported,
      keptEntries: size,
      keptBytes: calculatedSize,
    });
    unreported = 0;
    warnedAtMs = clock();
  };
}
