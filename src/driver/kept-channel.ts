import type { Client } from '@grpc/grpc-js';
import type { Clock } from '../common/clock.js';
import { InFlight } from '../common/in-flight.js';
import { StatusError } from '../contract/status-error.js';
import { createChannelWatchdog } from './channel-watchdog.js';
import { type CallResult, type Connection, type DriverCall, stateOf } from './unary-call.js';

export interface KeptChannelOptions {
  /** Makes a client with the credentials of this moment. */
  readonly connect: () => Client;
  /** After so long without a connection the channel is made anew: a peer may accept TCP and never speak HTTP/2. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  /** Told when that has happened. */
  readonly onStuck: () => void;
  /** Told how each call ended, but for those under which this side closed the channel. */
  readonly onEnded?: ((result: CallResult) => void) | undefined;
}

/** So many connect timeouts without a call that went well make the channel suspect. */
const failingTimeouts = 3;

/** The one channel that calls go over, which is replaced when it is stuck or its credentials are old. */
export class KeptChannel {
  readonly #options: KeptChannelOptions;
  readonly #watch: () => () => void;
  readonly #calls = new InFlight<DriverCall>();
  #connection: Connection;
  /** Since when every call has ended in UNAVAILABLE. */
  #failingSinceMs: number | undefined;

  constructor(options: KeptChannelOptions) {
    this.#options = options;
    this.#connection = { client: options.connect(), closedBecause: undefined };
    this.#watch = createChannelWatchdog({
      ...options,
      state: () => stateOf(this.#connection),
      onStuck: () => {
        this.replace('it accepts TCP but does not speak HTTP/2');
        options.onStuck();
      },
    });
  }

  /** Ends the calls that wait for a connection; those that were sent go on. Once the channel is closed it stays so. */
  replace(reason: string): void {
    const before = this.#connection;
    if (before.closedBecause !== undefined) {
      return;
    }
    this.#connection = { client: this.#options.connect(), closedBecause: undefined };
    // Not with the next call, which would go to the first address that answers: that one may be of no use.
    this.#connection.client.getChannel().getConnectivityState(true);
    close(before, reason);
  }

  /** Begins a call over the channel. Throws a StatusError once it is closed. */
  begin(start: (connection: Connection) => DriverCall): DriverCall {
    const { closedBecause } = this.#connection;
    if (closedBecause !== undefined) {
      throw new StatusError('UNAVAILABLE', closedBecause);
    }
    const unwatch = this.#watch();
    const connection = this.#connection;
    const call = start(connection);
    const takeOut = this.#calls.add(call);
    void call.ended.then((result) => {
      takeOut();
      unwatch();
      if (connection.closedBecause === undefined) {
        this.#options.onEnded?.(result);
      }
      this.#judge(result);
    });
    return call;
  }

  /**
   * An address that accepts TCP and stays silent is never tried again while another one has a connection. If that
   * other one is of no use, a new channel tries both.
   */
  #judge(result: CallResult): void {
    const { clock, connectTimeoutMs } = this.#options;
    if (result.kind === 'answered' || result.failure.error.status !== 'UNAVAILABLE') {
      this.#failingSinceMs = undefined;
      return;
    }
    this.#failingSinceMs ??= clock.nowMs();
    const isClosed = this.#connection.closedBecause !== undefined;
    if (!isClosed && clock.nowMs() - this.#failingSinceMs >= failingTimeouts * connectTimeoutMs) {
      this.#failingSinceMs = undefined;
      this.replace('no call has gone well for long');
    }
  }

  /** Cancels what is in flight, and closes the channel for good. */
  close(): void {
    for (const call of this.#calls.items()) {
      call.cancel();
    }
    close(this.#connection, 'this plugin ends');
  }
}

function close(connection: Connection, reason: string): void {
  connection.closedBecause = reason;
  connection.client.close();
}
