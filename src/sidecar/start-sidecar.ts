import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseExecuteTemplate } from '../argo/parse-execute-template.js';
import { createAttempts } from '../bridge/attempts.js';
import type { Progress } from '../bridge/call-driver.js';
import { CallLedger } from '../bridge/call-ledger.js';
import { ConcurrencyLimiter } from '../bridge/concurrency-limiter.js';
import { createExecuteTemplate } from '../bridge/execute-template.js';
import type { FinalAnswer } from '../bridge/final-answer.js';
import { LongPoll } from '../bridge/long-poll.js';
import { PatchBudget } from '../bridge/patch-budget.js';
import { type Clock, systemClock } from '../common/clock.js';
import type { Logger } from '../common/logger.js';
import { readVersion } from '../common/version.js';
import { StatusError } from '../contract/status-error.js';
import { createDriverClient, type DriverClient } from '../driver/driver-client.js';
import { createCallMetadata, createDriverCredentials } from '../driver/driver-credentials.js';
import { type DriverTarget, parseDriverTarget } from '../driver/driver-target.js';
import { logGrpc } from '../driver/log-grpc.js';
import { createApp } from './app.js';
import { drain } from './drain.js';
import type { SidecarSettings } from './sidecar-settings.js';

/** A sidecar that listens. */
export interface Sidecar {
  /** http://HOST:PORT */
  readonly address: string;
  /** What the call ledger holds. */
  ledger(): CallLedger<FinalAnswer, Progress>['size'];
  /** Drains as SIGTERM asks for, within the grace, then closes. */
  stop(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
}

/** Argo's agent must stay away for longer than this process will be there. */
const stayAwayMoreMs = 10_000;

/** Listens first; the driver is connected with the first call, and a dead one never ends the sidecar. */
export async function startSidecar(
  settings: SidecarSettings,
  logger: Logger,
  clock = systemClock,
): Promise<Sidecar> {
  const { pluginKey, shutdownGraceMs: graceMs } = settings;
  const target = toTarget(settings);
  const driver = connectDriver(settings, target, logger, clock);
  const ledger = createLedger(settings, logger, clock);
  const longPoll = new LongPoll({
    windowMs: settings.longPollMs,
    most: Math.max(1, Math.floor(settings.agentWorkers / 2)),
    clock,
  });
  let draining = false;
  const executeTemplate = createExecuteTemplate({
    ...bridgeParts(settings, driver, logger, clock),
    ledger,
    longPoll,
    stayAwayMs: () => (draining ? graceMs + stayAwayMoreMs : undefined),
  });
  const isOurs = (body: string) => parseExecuteTemplate(body, pluginKey).kind === 'ours';
  const server = createServer(agentTimeouts, createApp({ ...settings, executeTemplate, isOurs, logger }));
  const address = await listen(server, settings.serverHost, settings.serverPort);
  logger.info('listening', { version: readVersion(), address, driver: target.target, tls: target.tls });
  const close = () => closeAll(server, driver);
  const stop = async () => {
    draining = true;
    logger.info('draining', { callsInFlight: ledger.size.started });
    longPoll.close();
    await drain(server, () => ledger.size.started, { graceMs, clock });
    await close();
  };
  return { address, ledger: () => ledger.size, stop, close };
}

function createLedger({ maxLedgerEntries, maxLedgerBytes }: SidecarSettings, logger: Logger, clock: Clock) {
  return new CallLedger<FinalAnswer, Progress>({
    nowMs: clock.nowMs,
    maxEntries: maxLedgerEntries,
    maxBytes: maxLedgerBytes,
    onEvicted: (facts) =>
      logger.warn('forgot answers early: MAX_LEDGER_ENTRIES or MAX_LEDGER_BYTES is reached', facts),
  });
}

/** What the way of a request needs and nothing else does. */
function bridgeParts(settings: SidecarSettings, driver: DriverClient, logger: Logger, clock: Clock) {
  const { pluginKey, messageAfterMs, patchIntervalMs: intervalMs, maxOutputBytes: maxBytes } = settings;
  const { nowMs } = clock;
  const limiter = new ConcurrencyLimiter(settings.maxConcurrentCalls);
  return {
    pluginKey,
    messageAfterMs,
    attempts: createAttempts({ ...settings, driver, limiter, clock, random: Math.random, logger }),
    patchBudget: new PatchBudget({ intervalMs, maxBytes, nowMs }),
    nowMs,
  };
}

function toTarget(settings: SidecarSettings): DriverTarget {
  const target = parseDriverTarget(settings.driverHost, settings.driverPort);
  if (target === undefined) {
    throw new StatusError('INVALID_ARGUMENT', 'DRIVER_HOST is no target');
  }
  return { target: target.target, tls: target.tls || settings.driverTls };
}

function connectDriver(
  settings: SidecarSettings,
  target: DriverTarget,
  logger: Logger,
  clock: Clock,
): DriverClient {
  const { driverTlsCa, driverTlsCert, driverTlsKey, driverToken, driverTokenFile } = settings;
  logGrpc(logger);
  return createDriverClient({
    ...settings,
    target: target.target,
    credentials: createDriverCredentials(target.tls, driverTlsCa, driverTlsCert, driverTlsKey),
    callMetadata: createCallMetadata({ token: driverToken, tokenPath: driverTokenFile }),
    serverName: settings.driverTlsServerName,
    useProxy: settings.driverUseProxy,
    clock,
    onChannelReplaced: () =>
      logger.warn('replaced a channel that has found no connection for CONNECT_TIMEOUT_SECONDS', {
        driver: target.target,
      }),
  });
}

/**
 * Argo's agent keeps idle connections for 90 s and does not repeat a POST that such a connection swallowed
 * (https://github.com/golang/go/issues/22158): this side must keep them longer.
 */
const agentTimeouts = { keepAliveTimeout: 120_000, headersTimeout: 30_000, requestTimeout: 30_000 };

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = `cannot listen on ${host}:${port} (${cause.code}): set SERVER_HOST and SERVER_PORT`;
      reject(new StatusError('UNAVAILABLE', why, { cause }));
    });
    server.listen(port, host, () => {
      const { address, family, port: boundPort } = server.address() as AddressInfo;
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${boundPort}`);
    });
  });
}

function closeAll(server: Server, driver: DriverClient): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    driver.close();
  });
}
