import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { credentials } from '@grpc/grpc-js';
import { parseExecuteTemplate } from '../argo/parse-execute-template.js';
import { createExecuteTemplate } from '../bridge/execute-template.js';
import { StatusError } from '../contract/status-error.js';
import { createDriverClient } from '../driver/driver-client.js';
import { parseDriverTarget } from '../driver/driver-target.js';
import type { Logger } from '../program/logger.js';
import { readVersion } from '../program/version.js';
import { createApp } from './app.js';
import type { SidecarSettings } from './sidecar-settings.js';

/** A sidecar that listens. */
export interface Sidecar {
  /** http://HOST:PORT */
  readonly address: string;
  close(): Promise<void>;
}

/** Listens first; the driver is connected with the first call, and a dead one never ends the sidecar. */
export async function startSidecar(settings: SidecarSettings, logger: Logger): Promise<Sidecar> {
  const driverTarget = parseDriverTarget(settings.driverHost, settings.driverPort);
  if (driverTarget === undefined) throw new StatusError('INVALID_ARGUMENT', 'DRIVER_HOST was not checked');
  const { target, tls } = driverTarget;
  const driver = createDriverClient({
    target,
    credentials: tls ? credentials.createSsl() : credentials.createInsecure(),
    maxMessageBytes: settings.maxMessageBytes,
  });
  const app = createApp({
    tokenPath: settings.tokenPath,
    maxBodyBytes: settings.maxBodyBytes,
    executeTemplate: createExecuteTemplate({
      pluginKey: settings.pluginKey,
      timeoutMs: settings.timeoutMs,
      driver,
    }),
    isOurs: (body) => parseExecuteTemplate(body, settings.pluginKey).kind === 'ours',
    logger,
  });
  const server = createServer(agentTimeouts, app);
  const address = await listen(server, settings.serverHost, settings.serverPort);
  logger.info('listening', { version: readVersion(), address, driver: target, tls });
  return { address, close: () => close(server, driver.close) };
}

/**
 * Argo's agent keeps idle connections for 90 s and does not repeat a POST that such a connection swallowed
 * (https://github.com/golang/go/issues/22158): this side must keep them longer.
 */
const agentTimeouts = { keepAliveTimeout: 120_000, headersTimeout: 125_000, requestTimeout: 30_000 };

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { address, family, port: boundPort } = server.address() as AddressInfo;
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${boundPort}`);
    });
  });
}

function close(server: Server, closeDriver: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      closeDriver();
      resolve();
    });
  });
}
