import { StatusError } from '../../contract/status-error.js';
import { parseDriverTarget } from '../../driver/driver-target.js';
import { type EnvironmentValue, textOf } from './environment.js';
import type { PluginContainer } from './plugin.js';

/** Where the sidecar looks for the driver server, and what it shows and demands there. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Name that the certificate must have. */
  readonly certificateName: string;
  readonly token: EnvironmentValue | undefined;
  readonly ca: EnvironmentValue | undefined;
  readonly certificate: EnvironmentValue | undefined;
  readonly key: EnvironmentValue | undefined;
}

const defaultPort = 9000;

/** Reads the sidecar's variables as the sidecar does. Throws FAILED_PRECONDITION where they name no server. */
export function readServerAddress({ environment }: PluginContainer): ServerAddress {
  const driverHost = textOf(environment, 'DRIVER_HOST');
  if (driverHost === undefined) {
    throw new StatusError('FAILED_PRECONDITION', "the plugin's container has no DRIVER_HOST");
  }
  const port = Number(textOf(environment, 'DRIVER_PORT') ?? defaultPort);
  const parsed = parseDriverTarget(driverHost, port);
  const [, host, portText] = /^(?:[a-z0-9]+:)(?:\/\/[^/]*\/)?(.*):(\d+)$/.exec(parsed?.target ?? '') ?? [];
  if (parsed === undefined || host === undefined) {
    throw new StatusError(
      'FAILED_PRECONDITION',
      `DRIVER_HOST of the plugin's container is no host: ${driverHost}`,
    );
  }
  return {
    host,
    port: Number(portText),
    tls: parsed.tls || textOf(environment, 'DRIVER_TLS') === 'true',
    certificateName: textOf(environment, 'DRIVER_TLS_SERVER_NAME') ?? host,
    token: environment.get('DRIVER_TOKEN'),
    ca: environment.get('DRIVER_TLS_CA'),
    certificate: environment.get('DRIVER_TLS_CERT'),
    key: environment.get('DRIVER_TLS_KEY'),
  };
}

/** Service and namespace of a name inside a cluster; undefined for an address or a name elsewhere. */
export interface ServiceName {
  readonly service: string;
  /** Undefined for a bare name, which is looked up in the pod's own namespace. */
  readonly namespace: string | undefined;
}

export function readServiceName(host: string): ServiceName | undefined {
  if (/^[\d.]+$|:/.test(host)) {
    return undefined;
  }
  const [service = '', namespace, svc] = host.split('.');
  return svc === undefined || svc === 'svc' ? { service, namespace } : undefined;
}
