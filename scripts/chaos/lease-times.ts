/** Times of a Lease, in seconds. */
export interface LeaseTimes {
  readonly durationSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly retrySeconds: number;
}

/** A renewal takes little of a machine, so that twice the time is enough for any. */
const mostSlowness = 2;

/** A fifth of the defaults, and longer on a slow machine: a holder that never gets to renew drives nothing. */
export function leaseTimesOf(slowness: number): LeaseTimes {
  const durationSeconds = Math.ceil(3 * Math.min(slowness, mostSlowness));
  return {
    durationSeconds,
    renewDeadlineSeconds: Number((durationSeconds * 0.7).toFixed(1)),
    retrySeconds: Number((durationSeconds / 7).toFixed(1)),
  };
}
