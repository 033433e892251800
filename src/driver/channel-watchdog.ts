import { connectivityState } from '@grpc/grpc-js';
import type { Clock } from '../common/clock.js';

export interface ChannelWatchdogOptions {
  /** After so long without a connection, while calls wait for one, the channel is given up. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  /** State of the channel that is in use now. */
  readonly state: () => connectivityState;
  readonly onStuck: () => void;
}

/**
 * grpc-js puts no limit on the time that a peer may take from accepting TCP to its first HTTP/2 frame, and lets
 * calls wait for it to their deadline (https://github.com/grpc/grpc-node/issues/2785). A channel that has failed
 * before says TRANSIENT_FAILURE all that while, and never tries that address again. So this looks, once a second
 * while calls are in flight, for how long there has been no connection. The returned function tells it of a call,
 * and returns what tells it of the call's end.
 */
export function createChannelWatchdog(options: ChannelWatchdogOptions): () => () => void {
  const { connectTimeoutMs, clock } = options;
  let calls = 0;
  let withoutSinceMs: number | undefined;
  let stop: (() => void) | undefined;
  const look = () => {
    if (calls === 0) {
      // A channel without calls may be connecting for as long as it likes.
      stop = undefined;
      return;
    }
    const state = options.state();
    const without = state === connectivityState.CONNECTING || state === connectivityState.TRANSIENT_FAILURE;
    // Kept from call to call: without a connection, calls may end sooner than a look comes.
    withoutSinceMs = without ? (withoutSinceMs ?? clock.nowMs()) : undefined;
    if (withoutSinceMs !== undefined && clock.nowMs() - withoutSinceMs >= connectTimeoutMs) {
      withoutSinceMs = undefined;
      options.onStuck();
    }
    stop = clock.after(Math.min(1000, connectTimeoutMs / 4), look);
  };
  return () => {
    calls += 1;
    if (stop === undefined) {
      look();
    }
    return () => {
      calls -= 1;
    };
  };
}
