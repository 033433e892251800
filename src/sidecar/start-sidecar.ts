import { setMaxListeners } from 'node:events';
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
import { createApp } from './app.js';
import { createBridge } from './create-bridge.js';
import { drain } from './drain.js';
import { createLateDriver } from './late-driver.js';
import type { SidecarSettings } from './sidecar-settings.js';
import { toTarget } from './to-target.js';

/** A sidecar that listens. */
export interface Sidecar {
  /** http://HOST:PORT */
  readonly address: string;
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
  const driver = createLateDriver(async () => {
    const { connectDriver } = await import('./connect-driver.js');
    return connectDriver(settings, target, logger, clock);
  });
  if (target.tls) {
    // Its files may be bad, and then nothing should listen.
    await driver.load();
  }
  const ending = new AbortController();
  // Every wait listens to it; Node takes more than ten listeners for a leak.
  setMaxListeners(0, ending.signal);
  const { ledger, executeTemplate } = createBridge({
    settings,
    driver,
    logger,
    clock,
    ending: ending.signal,
  });
  const checkToken = createAgentTokenCheck(settings.tokenPath, clock.nowMs);
  const isOurs = (body: string) => parseExecuteTemplate(body, pluginKey).kind === 'ours';
  const server = createServer(
    agentTimeouts,
    createApp({ ...settings, checkToken, executeTemplate, isOurs, logger }),
  );
  const address = await listen(server, settings.serverHost, settings.serverPort);
  logger.info('listening', { version: readVersion(), address, driver: target.target, tls: target.tls });
  setImmediate(() => {
    driver.load().catch((thrown) => logger.error('cannot call the driver server', factsOfError(thrown)));
  });
  const close = () => {
    ending.abort();
    return closeAll(server, driver);
  };
  const stop = async () => {
    ending.abort();
    logger.info('draining', { callsInFlight: ledger.size.started });
    await drain(server, () => ledger.size.started, { graceMs, clock });
    await close();
  };
  return { address, ledger: () => ledger.size, stop, close };
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
