import type { ChannelOptions } from '@grpc/grpc-js';

/** How the channel to the driver server behaves. */
export interface DriverChannelOptions {
  /** Name that the server's certificate must have, where it is not the target's own. */
  readonly serverName: string | undefined;
  readonly loadBalancing: 'round_robin' | 'pick_first';
  readonly maxReceiveBytes: number;
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  /** A channel without calls lets go of its connections after this time. */
  readonly idleTimeoutMs: number;
  readonly useProxy: boolean;
}

/** https://github.com/grpc/grpc-node/blob/master/packages/grpc-js/README.md#supported-channel-options */
export function toChannelOptions(options: DriverChannelOptions): ChannelOptions {
  return {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ [options.loadBalancing]: {} }] }),
    'grpc.service_config_disable_resolution': 1,
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
