import type { Clock } from '../../common/clock.js';
import type { LeaseApi } from './lease-api.js';

/** waiting: another one has it, or nobody yet. lost: what was driven ends. released: given back for good. */
export type LeaseState = 'waiting' | 'holding' | 'lost' | 'released';

export interface LeaseTimes {
  readonly durationSeconds: number;
  /** A holder that has renewed nothing for so long gives up by itself. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

export interface ElectorEvents {
  /** It is held until then, in milliseconds of the clock. Called at each renewal, too. */
  readonly onHeld: (untilMs: number) => void;
  /** Everything must end now; it is not tried for again before the promise has resolved. */
  readonly onLost: (reason: string) => Promise<void>;
  /** State, holder or failure may have changed. */
  readonly onChange: () => void;
}

export interface ElectorOptions {
  readonly api: LeaseApi;
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  readonly events: ElectorEvents;
}
