import type { Logger } from '../../common/logger.js';
import { type Claim, type ExecuteResult, isRefusal, type RequestLedger } from './request-ledger.js';
import { createShelf, type Shelf } from './shelf.js';

/** Times and bounds of a ledger in memory; what is left out has a default. */
export interface MemoryLedgerOptions {
  /** How long a success is kept, milliseconds. */
  readonly keepSuccessMs?: number;
  /** How long a failure is kept, milliseconds. */
  readonly keepFailureMs?: number;
  /** How many finished requests are kept. */
  readonly maxEntries?: number;
  /** How many bytes of finished requests are kept: answers, ids and what an entry costs. */
  readonly maxBytes?: number;
  /** Now, in milliseconds of a clock that never goes back. */
  readonly clock?: () => number;
}

/** What the contract promises for a success (driver.proto, Execute). */
const promisedMs = 10 * 60_000;

const defaults = {
  // Longer than promised, so that the last re-send of a client with a budget of 10 minutes finds its answer.
  keepSuccessMs: promisedMs + 60_000,
  keepFailureMs: 30_000,
  maxEntries: 100_000,
  maxBytes: 256 << 20,
  clock: () => performance.now(),
};

/** What V8 needs for an entry beside its texts and its answer, roughly. */
const entryOverheadBytes = 512;
const warnEveryMs = 60_000;

interface LedgerEntry {
  readonly fingerprint: string;
  callers: number;
  readonly result: Promise<ExecuteResult>;
  readonly settle: (result: ExecuteResult) => void;
}

/**
 * A ledger that lives as long as its process. Running requests are never dropped; of the finished ones, when they
 * pass the bounds, failures go first and then the oldest successes, with a warning when that breaks the promise.
 */
export function createMemoryLedger(
  logger: Pick<Logger, 'warn'>,
  options: MemoryLedgerOptions = {},
): RequestLedger {
  const { keepSuccessMs, keepFailureMs, clock, ...bounds } = { ...defaults, ...options };
  const running = new Map<string, LedgerEntry>();
  const successes = createShelf<LedgerEntry>(keepSuccessMs, clock);
  const failures = createShelf<LedgerEntry>(keepFailureMs, clock);
  const warnOfLoss = createLossWarning(logger, clock);
  const findFinished = (key: string) => {
    successes.dropExpired();
    failures.dropExpired();
    return successes.get(key) ?? failures.get(key);
  };
  return {
    claim: async (key, fingerprint) => {
      const finished = findFinished(key);
      const known = finished ?? running.get(key);
      if (known !== undefined) {
        return claimAgain(known, fingerprint, finished !== undefined);
      }
      running.set(key, createEntry(fingerprint));
      return { kind: 'claimed' };
    },
    finish: async (key, result) => {
      const entry = running.get(key);
      if (entry === undefined) {
        return;
      }
      running.delete(key);
      if (!isRefusal(result)) {
        const shelf = result.kind === 'answered' ? successes : failures;
        shelf.add(key, entry, sizeOf(key, entry, result));
        warnOfLoss(dropBeyond(bounds, failures, successes), successes);
      }
      entry.settle(result);
    },
    lookUp: (key) => {
      const finished = findFinished(key);
      const entry = finished ?? running.get(key);
      return entry && { ...entry, finished: finished !== undefined };
    },
  };
}

function createEntry(fingerprint: string): LedgerEntry {
  let settle: (result: ExecuteResult) => void = () => {};
  const result = new Promise<ExecuteResult>((resolve) => {
    settle = resolve;
  });
  return { fingerprint, callers: 1, result, settle };
}

function claimAgain(entry: LedgerEntry, fingerprint: string, isFinished: boolean): Claim {
  if (entry.fingerprint !== fingerprint) {
    return { kind: 'conflict' };
  }
  entry.callers += 1;
  return { kind: isFinished ? 'finished' : 'running', result: entry.result };
}

function sizeOf(key: string, { fingerprint }: LedgerEntry, result: ExecuteResult): number {
  const outcomeBytes = result.kind === 'answered' ? result.response.length : result.error.message.length;
  return entryOverheadBytes + key.length + fingerprint.length + outcomeBytes;
}

/** Forgets until the bounds hold. Returns how many successes had less than their promised time. */
function dropBeyond(
  { maxEntries, maxBytes }: { maxEntries: number; maxBytes: number },
  failures: Shelf<LedgerEntry>,
  successes: Shelf<LedgerEntry>,
): number {
  let cutShort = 0;
  while (failures.size() + successes.size() > maxEntries || failures.bytes() + successes.bytes() > maxBytes) {
    if (failures.dropOldest() !== undefined) {
      continue;
    }
    const ageMs = successes.dropOldest();
    if (ageMs === undefined) {
      break;
    }
    if (ageMs < promisedMs) {
      cutShort += 1;
    }
  }
  return cutShort;
}

/** Warns of promises that were cut short: at once the first time, then with a count, once a minute at most. */
function createLossWarning(logger: Pick<Logger, 'warn'>, clock: () => number) {
  let unreported = 0;
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  return (cutShort: number, successes: Shelf<LedgerEntry>) => {
    unreported += cutShort;
    if (unreported === 0 || clock() - warnedAtMs < warnEveryMs) {
      return;
    }
    logger.warn('the ledger is full: successes were forgotten within 10 minutes, their repeats drive again', {
      forgotten: unreported,
      keptEntries: successes.size(),
      keptBytes: successes.bytes(),
    });
    unreported = 0;
    warnedAtMs = clock();
  };
}
