import { systemClock } from '../../common/clock.js';
import type { Logger } from '../../common/logger.js';
import type { StatusError } from '../../contract/status-error.js';
import { leaseNotHeld } from '../drive-failure.js';
import type { DriveRight } from '../drive-right.js';
import type { LeaseState, LeaseTimes } from './elector-options.js';
import type { LeaseApi } from './lease-api.js';
import { LeaseElector } from './lease-elector.js';
import { createLeaseLog, type LeaseLog } from './lease-log.js';
import type { ProgramGuard } from './program-guard.js';

/** What can be told of a Lease: to a log, or as metrics. */
export interface LeaseView {
  readonly name: string;
  /** This process's name in it. */
  readonly identity: string;
  readonly state: LeaseState;
  /** Who held it when it was seen last. */
  readonly holder: string | undefined;
  /** How often it has changed hands, as the Lease itself counts. */
  readonly transitions: number;
  /** How often this process has lost it. */
  readonly lost: number;
  /** Why Kubernetes could not be asked the last time. */
  readonly failure: string | undefined;
}

export interface LeaseParts {
  readonly name: string;
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly api: LeaseApi;
  /** Undefined where no programs run. */
  readonly guard: ProgramGuard | undefined;
  readonly logger: Logger;
}

/** How long a drain waits for Kubernetes to take a Lease back. */
const releaseTimeoutMs = 2_000;
/** When a call may come again: at once, to another server, while one drives; later while nobody does. */
const tryAnotherMs = 25;
const waitForOneMs = 1_000;
/** A holder that drives has renewed it within so many of its pauses. */
const freshRetries = 2.5;

/** The right to drive, by a Lease of Kubernetes. */
export class Lease implements DriveRight {
  readonly #parts: LeaseParts;
  readonly #elector: LeaseElector;
  readonly #log: LeaseLog;
  readonly #listeners: (() => void)[] = [];
  #endAll: () => Promise<void> = async () => {};
  #lost = 0;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.#log = createLeaseLog(parts.logger);
    const { api, identity, times, guard } = parts;
    this.#elector = new LeaseElector({
      ...{ api, identity, times, clock: systemClock },
      events: {
        onHeld: (untilMs) => guard?.allowUntil(untilMs),
        onLost: (reason) => this.#lose(reason),
        onChange: () => this.#tell(),
      },
    });
  }

  /** Begins to try for it. */
  start(): void {
    void this.#elector.run();
  }

  view(): LeaseView {
    const { name, identity } = this.#parts;
    const { state, record, failure } = this.#elector;
    const { holder, transitions = 0 } = record ?? {};
    return { name, identity, state, holder, transitions, lost: this.#lost, failure };
  }

  refusal(): StatusError | undefined {
    if (this.#elector.isHeld()) {
      return undefined;
    }
    const { name, identity, times } = this.#parts;
    const { record, recordAgeMs } = this.#elector;
    const isOther = record?.holder !== undefined && record.holder !== identity;
    return isOther && recordAgeMs < freshRetries * times.retryMs
      ? leaseNotHeld(`this server waits for the Lease ${name}, which ${record.holder} holds`, tryAnotherMs)
      : leaseNotHeld(`this server waits for the Lease ${name}`, waitForOneMs);
  }

  fault(): string | undefined {
    return this.#elector.state === 'holding' ? undefined : this.#elector.failure;
  }

  onChange(tell: () => void): void {
    this.#listeners.push(tell);
  }

  onLost(endAll: () => Promise<void>): void {
    this.#endAll = endAll;
  }

  resign(): void {
    this.#elector.resign();
  }

  async release(): Promise<void> {
    const released = this.#elector.release().then(
      () => this.#parts.guard?.rest(),
      (error: unknown) => this.#log.notGivenBack(this.view(), error),
    );
    const timedOut = new Promise((resolve) => setTimeout(resolve, releaseTimeoutMs).unref());
    await Promise.race([released, timedOut]);
  }

  async #lose(reason: string): Promise<void> {
    this.#lost += 1;
    this.#log.lost(this.view(), reason);
    await this.#endAll();
    this.#parts.guard?.rest();
  }

  #tell(): void {
    this.#log.changed(this.view());
    for (const tell of this.#listeners) {
      tell();
    }
  }
}
