import { readFileSync } from 'node:fs';
import {
  Channel,
  type ChannelCredentials,
  type ChannelOptions,
  connectivityState,
  credentials,
} from '@grpc/grpc-js';

export interface MetadataAddress {
  readonly host: string;
  readonly port: number;
  readonly tlsEnabled: boolean;
  /** PEM bundle; "" for the system's. */
  readonly caCertPath: string;
}

export interface WatchTimes {
  /** One connection attempt, up to the peer's first HTTP/2 frame: grpc-js itself waits for ever. */
  readonly connectTimeoutMs: number;
  /** A connection without calls does not notice that its peer is gone, so it is made anew. */
  readonly renewAfterMs: number;
}

/** Whether ML Metadata can be reached. */
export interface MetadataWatch {
  /** Undefined while it can be reached; else one sentence. */
  readonly outage: () => string | undefined;
  /** Resolves when an attempt that is under way has succeeded or failed, with the outage. */
  readonly settled: () => Promise<string | undefined>;
  readonly close: () => void;
}

const defaultTimes: WatchTimes = { connectTimeoutMs: 10_000, renewAfterMs: 60_000 };

const channelOptions: ChannelOptions = {
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.initial_reconnect_backoff_ms': 250,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
};

/** Keeps a gRPC connection to ML Metadata up and tells whether it is: without it KFP's driver hangs for minutes. */
export function watchMetadata(address: MetadataAddress, times: WatchTimes = defaultTimes): MetadataWatch {
  return new ConnectionWatch(address, times);
}

class ConnectionWatch implements MetadataWatch {
  readonly #address: MetadataAddress;
  readonly #times: WatchTimes;
  #channel: Channel | undefined;
  #outage: string | undefined;
  #closed = false;
  /** Runs while an attempt is under way whose outcome is waited for. */
  #attemptTimer: NodeJS.Timeout | undefined;
  readonly #renewTimer: NodeJS.Timeout;
  #settling: PromiseWithResolve | undefined;

  constructor(address: MetadataAddress, times: WatchTimes) {
    this.#address = address;
    this.#times = times;
    this.#outage = this.#sentence('is not connected yet');
    this.#renewTimer = setInterval(() => this.#connectAnew(), times.renewAfterMs);
    this.#renewTimer.unref();
    this.#connectAnew();
  }

  readonly outage = () => this.#outage;

  readonly settled = async () => {
    await this.#settling?.promise;
    return this.#outage;
  };

  readonly close = () => {
    this.#closed = true;
    clearInterval(this.#renewTimer);
    this.#settle();
    this.#channel?.close();
  };

  #connectAnew(): void {
    const old = this.#channel;
    this.#channel = undefined;
    old?.close();
    try {
      const { host, port } = this.#address;
      const channel = new Channel(`dns:///${host}:${port}`, this.#credentials(), channelOptions);
      this.#channel = channel;
      this.#begin();
      this.#follow(channel);
    } catch {
      this.#fail('cannot be reached with these settings (address, CA_CERT_PATH)');
    }
  }

  /** Reads the CA anew each time, so that a rotated one is used. */
  #credentials(): ChannelCredentials {
    const { tlsEnabled, caCertPath } = this.#address;
    if (!tlsEnabled) {
      return credentials.createInsecure();
    }
    return credentials.createSsl(caCertPath === '' ? undefined : readFileSync(caCertPath));
  }

  #follow(channel: Channel): void {
    if (this.#closed || channel !== this.#channel) {
      return;
    }
    // Asking makes an idle channel connect.
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) {
      this.#succeed();
    } else if (state === connectivityState.TRANSIENT_FAILURE) {
      this.#fail('cannot be reached');
    } else {
      this.#begin();
    }
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => this.#follow(channel));
  }

  #begin(): void {
    this.#settling ??= promiseWithResolve();
    this.#attemptTimer ??= setTimeout(() => {
      this.#fail('accepts connections but does not answer');
      this.#connectAnew();
    }, this.#times.connectTimeoutMs).unref();
  }

  #succeed(): void {
    this.#outage = undefined;
    this.#settle();
  }

  #fail(what: string): void {
    this.#outage = this.#sentence(what);
    this.#settle();
  }

  #settle(): void {
    clearTimeout(this.#attemptTimer);
    this.#attemptTimer = undefined;
    this.#settling?.resolve();
    this.#settling = undefined;
  }

  #sentence(what: string): string {
    return `ML Metadata (${this.#address.host}:${this.#address.port}) ${what}`;
  }
}

interface PromiseWithResolve {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function promiseWithResolve(): PromiseWithResolve {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
