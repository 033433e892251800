import type { Server, ServerCredentials } from '@grpc/grpc-js';

/**
 * Binds a server and resolves with its HOST:PORT; port 0 lets the system choose. On a machine without IPv6 "::" is
 * every IPv4 address. Rejects when the address cannot be bound.
 */
export function listen(
  server: Pick<Server, 'bindAsync'>,
  host: string,
  port: number,
  credentials: ServerCredentials,
): Promise<string> {
  return bind(server, host, port, credentials).catch((error: unknown) => {
    if (host === '::' && lacksIpv6(error)) {
      return bind(server, '0.0.0.0', port, credentials);
    }
    throw error;
  });
}

/** What the system says to "::" where IPv6 is switched off, in grpc-js's sentence about the bind that failed. */
function lacksIpv6(error: unknown): boolean {
  return /\b(EAFNOSUPPORT|EADDRNOTAVAIL)\b/.test(String(error));
}

function bind(
  server: Pick<Server, 'bindAsync'>,
  host: string,
  port: number,
  credentials: ServerCredentials,
): Promise<string> {
  const authority = host.includes(':') ? `[${host}]` : host;
  return new Promise((resolve, reject) => {
    server.bindAsync(`${authority}:${port}`, credentials, (error, boundPort) => {
      if (error === null) {
        resolve(`${authority}:${boundPort}`);
      } else {
        reject(error);
      }
    });
  });
}
