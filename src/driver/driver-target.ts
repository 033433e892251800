/** Where the driver server is, as grpc-js takes it (https://github.com/grpc/grpc/blob/master/doc/naming.md). */
export interface DriverTarget {
  readonly target: string;
  readonly tls: boolean;
}

const schemes: Readonly<Record<string, { readonly tls: boolean }>> = {
  'http://': { tls: false },
  'grpc://': { tls: false },
  'https://': { tls: true },
  'grpcs://': { tls: true },
};

/**
 * Reads DRIVER_HOST: a host, a host with port, either after http://, https://, grpc:// or grpcs://, or a gRPC
 * target that begins with dns:, ipv4:, ipv6: or unix:. Undefined if it is none of these.
 */
export function parseDriverTarget(host: string, defaultPort: number): DriverTarget | undefined {
  if (/^(dns|ipv4|ipv6|unix):/.test(host)) {
    return { target: withPort(host, defaultPort), tls: false };
  }
  const scheme = Object.keys(schemes).find((start) => host.startsWith(start));
  const authority = scheme === undefined ? host : host.slice(scheme.length).replace(/\/$/, '');
  const tls = scheme !== undefined && schemes[scheme]?.tls === true;
  const match = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(authority);
  if (match === null || Number(match[1] ?? 0) > 65_535) {
    return undefined;
  }
  return { target: withPort(`dns:///${authority}`, defaultPort), tls };
}

/** A dns: target without a port gets the default one; other schemes name their own. */
function withPort(target: string, defaultPort: number): string {
  return target.startsWith('dns:') && !/:\d+$/.test(target.replace(/^dns:/, ''))
    ? `${target}:${defaultPort}`
    : target;
}

/** The target without its scheme, as people write it. */
export function peerOf(target: string): string {
  return target.replace(/^(dns|ipv4|ipv6):(\/\/[^/]*\/)?/, '');
}
