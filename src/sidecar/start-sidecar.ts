import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAgentTokenCheck } from '../argo/agent-token.js';
import { parseExecuteTemplate } from '../argo/parse-execute-template.js';
import type { LedgerSize } from '../bridge/call-ledger.js';
import { agentIdleConnectionMs, agentPostTimeoutMs } from '../common/argo-agent.js';
import { systemClock } from '../common/clock.js';
import { factsOfError, type Logger } from '../common/logger.js';
import { readVersion } from '../common/version.js';
import { StatusError } from '../contract/status-error.js';
import type { DriverClient } from '../driver/driver-client.js';
import { followOutage } from '../driver/follow-outage.js';
import { createAppMessages } from './app-messages.js';
import { createBridge } from './create-bridge.js';
import { drain } from './drain.js';
import { createLateApp, type LateApp } from './late-app.js';
import { createLateDriver, type LateDriver } from './late-driver.js';
import type { MeasuredSidecar } from './measure-sidecar.js';
import type { SidecarSettings } from './sidecar-settings.js';
import { toTarget } from './to-target.js';

/** A sidecar that listens. */
export interface Sidecar {
  /** http://HOST:PORT */
  readonly address: string;
  /** http://HOST:PORT of the admin port; undefined without one. */
  readonly adminAddress: string | undefined;
  /** What the call ledger holds. */
  ledger(): LedgerSize;
  /** Drains as SIGTERM asks for, within the grace, then closes. */
  stop(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
}

/** Listens first; the driver is connected with the first call, and a dead one never ends the sidecar. */
export async function startSidecar(
  settings: SidecarSettings,
  logger: Logger,
  clock = systemClock,
): Promise<Sidecar> {
  const { pluginKey, shutdownGraceMs: graceMs } = settings;
  const target = toTarget(settings);
  const measured = await measure(settings);
  const outage = followOutage(target.target, logger);
  const late = createLateDriver(async () => {
    const { connectDriver } = await import('./connect-driver.js');
    return connectDriver(settings, target, logger, clock, outage);
  });
  if (target.tls) {
    // Its files may be bad, and then nothing should listen.
    await late.load();
  }
  const driver = measured?.measureDriver(late) ?? late;
  const ending = new AbortController();
  const events = measured?.events;
  const bridge = createBridge({ settings, driver, logger, clock, ending: ending.signal, events });
  const { ledger, executeTemplate } = bridge;
  const isOurs = (body: string) => parseExecuteTemplate(body, pluginKey).kind === 'ours';
  const checkToken = createAgentTokenCheck(settings.tokenPath, clock.nowMs);
  const { noteOutcome } = measured ?? {};
  const messages = createAppMessages();
  const lateApp = createLateApp(async () => {
    const { createApp } = await import('./app.js');
    const { nowMs } = clock;
    const app = createApp({ ...settings, checkToken, executeTemplate, isOurs, logger, noteOutcome, nowMs });
    messages.belongTo(app);
    return app;
  });
  const server = createServer({ ...agentTimeouts, ...messages.classes }, lateApp.answer);
  if (measured !== undefined) {
    server.prependListener('request', measured.countPost);
  }
  const address = await listen(server, settings.serverHost, settings.serverPort);
  const sources = { bridge, driverUp: outage.isUp, draining: () => ending.signal.aborted };
  const admin = await measured?.openAdmin(sources, logger);
  const adminAddress = admin?.address;
  const { target: called, tls } = target;
  logger.info('listening', { version: readVersion(), address, adminAddress, driver: called, tls });
  await loadRest(late, lateApp, logger);
  const close = async () => {
    ending.abort();
    await Promise.all([closeAll(server, driver), admin?.close()]);
  };
  const stop = async () => {
    ending.abort();
    logger.info('draining', { callsInFlight: ledger.size.started });
    await drain(server, () => ledger.size.started, { graceMs, clock });
    await close();
  };
  return { address, adminAddress, ledger: () => ledger.size, stop, close };
}

/** The driver first: its connection is made while the rest is loaded. */
async function loadRest(driver: LateDriver, app: LateApp, logger: Logger): Promise<void> {
  // What has been written, and whoever has connected, goes first.
  await new Promise((resolve) => setImmediate(resolve));
  await driver.load().catch((thrown) => logger.error('cannot call the driver server', factsOfError(thrown)));
  await app.load();
}

/** Prometheus' client takes its time to load: only for an admin port. */
async function measure(settings: SidecarSettings): Promise<MeasuredSidecar | undefined> {
  return settings.adminPort === undefined
    ? undefined
    : (await import('./measure-sidecar.js')).measureSidecar(settings);
}

/**
 * Argo's agent keeps idle connections for 90 s and does not repeat a POST that such a connection swallowed
 * (https://github.com/golang/go/issues/22158): this side must keep them longer.
 */
const longerThanAgentMs = agentIdleConnectionMs + agentPostTimeoutMs;
export const agentTimeouts = {
  keepAliveTimeout: longerThanAgentMs,
  // Go also keeps connections that it has never used.
  headersTimeout: longerThanAgentMs,
  requestTimeout: longerThanAgentMs,
};

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
