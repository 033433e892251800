import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials, type ServerOptions } from '@grpc/grpc-js';
import type { Logger } from '../program/logger.js';
import { addReflection } from './add-reflection.js';
import { createOnceDriver, type OnceDriver } from './drive-once.js';
import {
  createExecuteHandler,
  type ExecuteHandler,
  maxMessageBytes,
  serializeResponse,
  servedDefinition,
} from './driver-service.js';
import type { Engine } from './engine.js';
import type { RequestLedger } from './request-ledger.js';
import { type ServingHealth, serveHealth } from './serving-health.js';

export interface DriverServerOptions {
  readonly engine: Engine;
  readonly ledger: RequestLedger;
  readonly logger: Logger;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly credentials?: ServerCredentials;
  /** grpc-js's options beside those that this server always sets. */
  readonly channelOptions?: ServerOptions;
  /** Stands between the wire and the service: for faults. */
  readonly wrapExecute?: (execute: ExecuteHandler) => ExecuteHandler;
}

export interface DriverServer {
  /** HOST:PORT */
  readonly address: string;
  /**
   * Says NOT_SERVING and takes no new calls (GOAWAY). What is running may finish within `graceMs`, then it is
   * aborted. Resolves when the engine is closed and every connection has ended.
   */
  readonly drain: (graceMs: number) => Promise<void>;
}

/** How long an aborted engine may take to end its work: a program gets 5 s between TERM and KILL. */
const abortGraceMs = 10_000;
/** How long the last answers may take to leave; streams that never end (health's Watch) are cut then. */
const flushGraceMs = 1_000;

const serverOptions: ServerOptions = {
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc.max_send_message_length': maxMessageBytes,
  // A sidecar whose node vanished leaves a connection behind that nobody closes.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

/**
 * Starts DriverService with an engine behind its ledger, grpc.health.v1 and server reflection. Rejects when the
 * address cannot be bound. Clients may ping as often as they like: grpc-js has no policy against it.
 */
export async function startDriverServer(options: DriverServerOptions): Promise<DriverServer> {
  const { engine, ledger, logger, host, port, wrapExecute = (execute) => execute } = options;
  const server = new Server({ ...serverOptions, ...options.channelOptions });
  const abort = new AbortController();
  // Every running drive listens to it; Node takes more than ten listeners for a leak.
  setMaxListeners(0, abort.signal);
  const onceDriver = createOnceDriver({
    engine,
    ledger,
    serialize: serializeResponse,
    signal: abort.signal,
  });
  const Execute = wrapExecute(createExecuteHandler(onceDriver.driveOnce, logger));
  server.addService(servedDefinition, { Execute });
  addReflection(server);
  const health = serveHealth(server, engine, logger);
  const credentials = options.credentials ?? ServerCredentials.createInsecure();
  const authority = host.includes(':') ? `[${host}]` : host;
  const boundPort = await bind(server, `${authority}:${port}`, credentials);
  return {
    address: `${authority}:${boundPort}`,
    drain: (graceMs) => drain({ server, health, onceDriver, abort, engine }, graceMs),
  };
}

interface Draining {
  readonly server: Server;
  readonly health: ServingHealth;
  readonly onceDriver: OnceDriver;
  readonly abort: AbortController;
  readonly engine: Engine;
}

async function drain(
  { server, health, onceDriver, abort, engine }: Draining,
  graceMs: number,
): Promise<void> {
  health.stop();
  const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  if (!(await within(graceMs, onceDriver.idle()))) {
    abort.abort();
    await within(abortGraceMs, onceDriver.idle());
  }
  await within(flushGraceMs, closed);
  server.forceShutdown();
  await engine.close();
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
