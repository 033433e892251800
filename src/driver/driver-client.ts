import type { ChannelCredentials, ChannelOptions, Client } from '@grpc/grpc-js';
import { connectivityState, type Metadata } from '@grpc/grpc-js';
import type { Clock } from '../common/clock.js';
import type { ExecuteRequest } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { driverServiceOf, loadContract } from '../contract/service-definition.js';
import { type Status, StatusError } from '../contract/status-error.js';
import { type CallError, peerOf, type Reach, toCallError } from './call-error.js';

/** What one call ended with. */
export type CallResult =
  | { readonly kind: 'answered'; readonly response: ExecuteResponse__Output }
  | { readonly kind: 'failed'; readonly failure: CallError };

/** Calls the driver server over one kept channel. */
export interface DriverClient {
  /** One call with a deadline. Never rejects. */
  execute(request: ExecuteRequest, timeoutMs: number): Promise<CallResult>;
  /** Cancels what is in flight and closes the channel. */
  close(): void;
}

export interface DriverClientOptions {
  readonly target: string;
  readonly credentials: ChannelCredentials;
  /** Metadata of each call, the bearer token for one. Rejects with a StatusError while there is none to be had. */
  readonly callMetadata: () => Promise<Metadata>;
  /** Name that the server's certificate must have, where it is not the target's own. */
  readonly serverName: string | undefined;
  readonly loadBalancing: 'round_robin' | 'pick_first';
  readonly maxSendBytes: number;
  readonly maxReceiveBytes: number;
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  /** A channel without calls lets go of its connections after this time. */
  readonly idleTimeoutMs: number;
  /** After so long without a connection the channel is made anew: a peer may accept TCP and never speak HTTP/2. */
  readonly connectTimeoutMs: number;
  readonly useProxy: boolean;
  readonly clock: Clock;
  readonly onChannelReplaced: () => void;
}

/** Creates the client; it connects with the first call, so that a dead server never keeps the sidecar from starting. */
export function createDriverClient(options: DriverClientOptions): DriverClient {
  const DriverService = driverServiceOf(loadContract());
  const connect = () => new DriverService(options.target, options.credentials, channelOptions(options));
  const calls = new Set<{ cancel(): void }>();
  let client = connect();
  const replace = () => {
    const stuck = client;
    client = connect();
    // Ends the calls that wait for the stuck channel with UNAVAILABLE, as not sent.
    stuck.close();
    options.onChannelReplaced();
  };
  const watchdog = createWatchdog(options, () => client, replace);
  const call = (request: ExecuteRequest, metadata: Metadata, timeoutMs: number) =>
    new Promise<CallResult>((resolve) => {
      const done = watchdog.watch();
      const deadline = Date.now() + timeoutMs;
      const started = client.execute(request, metadata, { deadline }, (error, response) => {
        calls.delete(started);
        done();
        if (error) {
          resolve({ kind: 'failed', failure: toCallError(error, options.target) });
        } else if (response !== undefined) {
          resolve({ kind: 'answered', response });
        } else {
          resolve(failed(options, 'INTERNAL', 'the driver server sent no message', 'answered'));
        }
      });
      calls.add(started);
    });
  return {
    execute: async (request, timeoutMs) => {
      try {
        return await call(request, await options.callMetadata(), timeoutMs);
      } catch (error) {
        const { status, message } = StatusError.from(error);
        return failed(options, status, message, 'not sent');
      }
    },
    close: () => {
      for (const started of calls) {
        started.cancel();
      }
      client.close();
    },
  };
}

/** A failure that grpc-js did not report. */
function failed({ target }: DriverClientOptions, status: Status, message: string, reach: Reach): CallResult {
  const error = new StatusError(status, message);
  return {
    kind: 'failed',
    failure: { error, peer: peerOf(target), reach, tooLarge: false, pushback: undefined },
  };
}

/** https://github.com/grpc/grpc-node/blob/master/packages/grpc-js/README.md#supported-channel-options */
function channelOptions(options: DriverClientOptions): ChannelOptions {
  return {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ [options.loadBalancing]: {} }] }),
    'grpc.service_config_disable_resolution': 1,
    'grpc.max_send_message_length': options.maxSendBytes,
    'grpc.max_receive_message_length': options.maxReceiveBytes,
    // Re-sending is this project's own: it must know how often the driver was asked.
    'grpc.enable_retries': 0,
    'grpc.keepalive_time_ms': options.keepaliveMs,
    'grpc.keepalive_timeout_ms': options.keepaliveTimeoutMs,
    'grpc.client_idle_timeout_ms': options.idleTimeoutMs,
    'grpc.initial_reconnect_backoff_ms': 250,
    'grpc.max_reconnect_backoff_ms': 5_000,
    // A server that moved is looked up again within seconds, not after grpc-js' 30.
    'grpc.dns_min_time_between_resolutions_ms': 2_000,
    'grpc.enable_http_proxy': options.useProxy ? 1 : 0,
    ...(options.serverName !== undefined && {
      'grpc.ssl_target_name_override': options.serverName,
      'grpc.default_authority': options.serverName,
    }),
    // A replaced channel must not find the stuck connection of the one before it.
    'grpc.use_local_subchannel_pool': 1,
  };
}

/**
 * grpc-js puts no limit on the time that a peer may take from accepting TCP to its first HTTP/2 frame, and lets
 * calls wait for it to their deadline (https://github.com/grpc/grpc-node/issues/2785). A channel that has failed
 * before says TRANSIENT_FAILURE all that while, and never tries that address again. So this looks, once a second
 * while calls are in flight, for how long there has been no connection, and has the channel replaced.
 */
function createWatchdog(
  { connectTimeoutMs, clock }: DriverClientOptions,
  currentClient: () => Client,
  replace: () => void,
): { watch(): () => void } {
  let calls = 0;
  let withoutSinceMs: number | undefined;
  let stop: (() => void) | undefined;
  const look = () => {
    const state = currentClient().getChannel().getConnectivityState(false);
    const without = state === connectivityState.CONNECTING || state === connectivityState.TRANSIENT_FAILURE;
    // Kept from call to call: without a connection, calls may end sooner than a look comes.
    withoutSinceMs = without ? (withoutSinceMs ?? clock.nowMs()) : undefined;
    if (withoutSinceMs !== undefined && clock.nowMs() - withoutSinceMs >= connectTimeoutMs) {
      withoutSinceMs = undefined;
      replace();
    }
    stop = calls > 0 ? clock.after(Math.min(1000, connectTimeoutMs / 4), look) : undefined;
  };
  return {
    watch: () => {
      calls += 1;
      if (stop === undefined) {
        look();
      }
      return () => {
        calls -= 1;
      };
    },
  };
}
