import { readFileSync } from 'node:fs';
import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js';

/** Where ML Metadata listens, as the driver's own flags say it. */
export interface MetadataAddress {
  readonly host: string;
  readonly port: number;
  readonly tlsEnabled: boolean;
  /** PEM bundle; "" for the system's. */
  readonly caCertPath: string;
}

/** Options of every channel to ML Metadata: no proxy, no retries but our own, names looked up again at once. */
export const metadataChannelOptions: ChannelOptions = {
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
};

/** A target for grpc-js. */
export function metadataTarget({ host, port }: MetadataAddress): string {
  return `dns:///${host}:${port}`;
}

/** Credentials with the CA as its file is now. Throws the system's error for a file that cannot be read. */
export function metadataCredentials({ tlsEnabled, caCertPath }: MetadataAddress): ChannelCredentials {
  if (!tlsEnabled) {
    return credentials.createInsecure();
  }
  return credentials.createSsl(caCertPath === '' ? undefined : readFileSync(caCertPath));
}
