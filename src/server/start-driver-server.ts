import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials, type ServerOptions } from '@grpc/grpc-js';
import type { Logger } from '../common/logger.js';
import type { Engine } from './engine.js';
import { addReflection } from './grpc/add-reflection.js';
import type { Authenticate } from './grpc/authenticate.js';
import { checkNamespace } from './grpc/check-namespace.js';
import { checkRequest } from './grpc/check-request.js';
import {
  createExecuteHandler,
  type ExecuteHandler,
  executePath,
  serializeResponse,
  servedDefinition,
} from './grpc/driver-service.js';
import { guardCalls } from './grpc/guard-calls.js';
import { createOpenCalls, type OpenCalls } from './grpc/open-calls.js';
import { type ServingHealth, serveHealth } from './grpc/serve-health.js';
import type { RequestLedger } from './ledger/request-ledger.js';
import { createSingleFlight, type SingleFlight } from './ledger/single-flight.js';
import { type ResolveReferences, resolvingFirst } from './references/create-resolver.js';

export interface DriverServerOptions {
  readonly engine: Engine;
  readonly ledger: RequestLedger;
  readonly logger: Logger;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly credentials?: ServerCredentials;
  /** Asked for each call but health's; without it everybody who can connect may call. */
  readonly authenticate?: Authenticate;
  /** The only namespace whose workflows are driven; without it all are. */
  readonly namespace?: string;
  /** Reads what arguments_from names; by default a request with it is refused. */
  readonly resolveReferences?: ResolveReferences;
  /** Bound of one message, either way; the default is far above the largest spec that etcd can hold. */
  readonly maxMessageBytes?: number;
  /** A connection that is older is replaced, so that clients look the server's name up again. */
  readonly maxConnectionAgeMs?: number;
  /** While it ends, stay for repeats until no drive has ended for so long; 0 by default. */
  readonly repeatGraceMs?: number;
  /** Stands between the wire and the service: for faults. */
  readonly wrapExecute?: (execute: ExecuteHandler) => ExecuteHandler;
}

export interface DriverServer {
  /** HOST:PORT */
  readonly address: string;
  /**
   * Says NOT_SERVING and drives nothing new. For a while it stays for repeats: an answer that was lost on its way is
   * known to nobody else. Then it takes no calls (GOAWAY). What is running may finish within `graceMs`, then it is
   * aborted; every call gets a status. Resolves when the engine is closed and every connection has ended. A second
   * drain may shorten the grace of the first.
   */
  readonly drain: (graceMs: number) => Promise<void>;
}

/** How long an aborted engine may take to end its work: a program gets 5 s between TERM and KILL. */
const abortGraceMs = 7_000;
/** How long the last answers may take to leave; streams that never end (health's Watch) are cut then. */
const flushGraceMs = 1_000;

/**
 * Starts DriverService with an engine behind its ledger, grpc.health.v1 and server reflection. Rejects when the
 * address cannot be bound. Clients may ping as often as they like: grpc-js has no policy against it.
 */
export async function startDriverServer(options: DriverServerOptions): Promise<DriverServer> {
  const {
    engine,
    ledger,
    logger,
    host,
    port,
    repeatGraceMs = 0,
    wrapExecute = (execute) => execute,
  } = options;
  const { maxMessageBytes = 16 << 20, credentials = ServerCredentials.createInsecure() } = options;
  const openCalls = createOpenCalls(executePath);
  const server = new Server(serverOptions(options, maxMessageBytes, openCalls));
  const abort = new AbortController();
  // Every running drive listens to it; Node takes more than ten listeners for a leak.
  setMaxListeners(0, abort.signal);
  const onceDriver = createSingleFlight({
    engine,
    ledger,
    serialize: (response) => serializeResponse(response, maxMessageBytes),
    signal: abort.signal,
  });
  const executeOnce = resolvingFirst(options.resolveReferences, onceDriver.executeOnce);
  const Execute = createExecuteHandler(checkOf(options), executeOnce, logger);
  server.addService(servedDefinition, { Execute: wrapExecute(Execute) });
  addReflection(server);
  const health = serveHealth(server, engine, logger);
  const authority = host.includes(':') ? `[${host}]` : host;
  const boundPort = await bind(server, `${authority}:${port}`, credentials);
  return {
    address: `${authority}:${boundPort}`,
    drain: (graceMs) =>
      drain({ server, health, openCalls, onceDriver, abort, engine, repeatGraceMs }, graceMs),
  };
}

function serverOptions(
  { authenticate, logger, maxConnectionAgeMs }: DriverServerOptions,
  maxMessageBytes: number,
  openCalls: OpenCalls,
): ServerOptions {
  const guards = authenticate === undefined ? [] : [guardCalls(authenticate, logger)];
  return {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    // A sidecar whose node vanished leaves a connection behind that nobody closes.
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    ...(maxConnectionAgeMs !== undefined && { 'grpc.max_connection_age_ms': maxConnectionAgeMs }),
    interceptors: [...guards, openCalls.interceptor],
  };
}

function checkOf({ namespace }: DriverServerOptions): Parameters<typeof createExecuteHandler>[0] {
  return (request) => {
    checkRequest(request);
    if (namespace !== undefined) {
      checkNamespace(request, namespace);
    }
  };
}

interface Draining {
  readonly server: Server;
  readonly health: ServingHealth;
  readonly openCalls: OpenCalls;
  readonly onceDriver: SingleFlight;
  readonly abort: AbortController;
  readonly engine: Engine;
  readonly repeatGraceMs: number;
}

async function drain(draining: Draining, graceMs: number): Promise<void> {
  const { server, health, openCalls, onceDriver, abort, engine } = draining;
  const beganMs = performance.now();
  health.stop();
  onceDriver.stop();
  await within(graceMs, untilCollected(draining));
  const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  // First the calls, the last of which may begin a drive; then the drives, whose callers may have gone.
  const idle = openCalls.none().then(onceDriver.idle);
  if (!(await within(graceMs - (performance.now() - beganMs), idle))) {
    abort.abort();
    openCalls.endUnreceived();
    if (!(await within(abortGraceMs, idle))) {
      openCalls.endAll();
    }
  }
  await within(flushGraceMs, closed);
  server.forceShutdown();
  await within(flushGraceMs, engine.close());
}

/** Resolves when nothing is driven, and whoever lost the last answer has had time to ask for it again. */
async function untilCollected({ onceDriver, repeatGraceMs }: Draining): Promise<void> {
  await onceDriver.idle();
  const leftMs = repeatGraceMs - onceDriver.quietMs();
  if (leftMs > 0) {
    await new Promise((resolve) => setTimeout(resolve, leftMs).unref());
  }
}

/** True once `done` resolves, false after `timeoutMs`. */
async function within(timeoutMs: number, done: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  const inTime = await Promise.race([done.then(() => true), timeout]);
  clearTimeout(timer);
  return inTime;
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  });
}
