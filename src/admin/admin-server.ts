import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { factsOfError, type Logger } from '../common/logger.js';

export interface AdminAnswer {
  readonly httpStatus: number;
  readonly contentType: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a GET of one path; `url` is what stands behind the host, read as a URL. */
export type AdminRoute = (url: URL, headers: IncomingHttpHeaders) => AdminAnswer | Promise<AdminAnswer>;

export interface AdminServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** By path. */
  readonly routes: Readonly<Record<string, AdminRoute>>;
  readonly logger: Pick<Logger, 'error'>;
}

export interface AdminServer {
  /** http://HOST:PORT */
  readonly address: string;
  close(): Promise<void>;
}

/** Whoever scrapes needs one connection; more than a few are a mistake or an attack. */
const maxConnections = 64;
const timeouts = { headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 90_000 };
const maxHeaderSize = 8 * 1024;

/** The port for operators: GET and HEAD of a few paths, no bodies. Rejects where it cannot listen. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { host, port, routes, logger } = options;
  const server = createServer({ ...timeouts, maxHeaderSize }, (request, response) => {
    void answer(request, routes)
      .catch((thrown: unknown): AdminAnswer => {
        logger.error('the admin port cannot answer', factsOfError(thrown));
        return text(500, 'an internal error; the log has its stack');
      })
      .then((made) => send(request, response, made));
  });
  server.maxConnections = maxConnections;
  const address = await listen(server, host, port).catch((error: NodeJS.ErrnoException) => {
    if (host === '::' && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL')) {
      return listen(server, '0.0.0.0', port);
    }
    const why = `cannot listen on ${host}:${port} (${error.code}): set ADMIN_HOST and ADMIN_PORT`;
    throw new Error(why, { cause: error });
  });
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * The same for a program whose work does not depend on it: where the port is taken, by a neighbour in the same network,
 * the program goes on without it, and the log says so. A probe that asks the port tells it too.
 */
export async function startAdminServerIfFree(
  options: AdminServerOptions & { readonly logger: Pick<Logger, 'error' | 'warn'> },
): Promise<AdminServer | undefined> {
  try {
    return await startAdminServer(options);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EADDRINUSE') {
      throw thrown;
    }
    const adminAddress = `${options.host}:${options.port}`;
    options.logger.warn('the admin port is taken, so there is none: set ADMIN_PORT', { adminAddress });
    return undefined;
  }
}

function codeOf(thrown: unknown): string | undefined {
  const { cause } = thrown as { readonly cause?: NodeJS.ErrnoException };
  return cause?.code;
}

/** One line of plain text. */
export function text(httpStatus: number, line: string): AdminAnswer {
  return { httpStatus, contentType: 'text/plain; charset=utf-8', text: `${line}\n` };
}

/** Stands in for the host, of which nothing depends. */
const base = 'http://admin';

async function answer(request: IncomingMessage, routes: AdminServerOptions['routes']): Promise<AdminAnswer> {
  const asked = request.url ?? '/';
  const url = new URL(URL.canParse(asked, base) ? asked : '/', base);
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (route === undefined) {
    return text(404, `this port serves GET ${Object.keys(routes).join(', ')}`);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...text(405, 'this port takes GET and HEAD only'), headers: { Allow: 'GET, HEAD' } };
  }
  return await route(url, request.headers);
}

function send(request: IncomingMessage, response: ServerResponse, made: AdminAnswer): void {
  const bytes = Buffer.from(made.text);
  // A body that nobody reads must not be taken for the next request.
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'];
  response.writeHead(made.httpStatus, {
    'Content-Type': made.contentType,
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...made.headers,
    ...(hasBody && { Connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { address, family, port: boundPort } = server.address() as AddressInfo;
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${boundPort}`);
    });
  });
}
