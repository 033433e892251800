import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/logger.js';
import { createCallMetadata } from '../driver/call-metadata.js';
import { createDriverClient, type DriverClient } from '../driver/driver-client.js';
import { createDriverCredentials } from '../driver/driver-credentials.js';
import type { DriverTarget } from '../driver/driver-target.js';
import type { Outage } from '../driver/follow-outage.js';
import { leanAsyncBind } from '../driver/lean-async-bind.js';
import { logGrpc } from '../driver/log-grpc.js';
import type { SidecarSettings } from './sidecar-settings.js';

/** The client of the driver server as the settings want it. */
export function connectDriver(
  settings: SidecarSettings,
  target: DriverTarget,
  logger: Logger,
  clock: Clock,
  outage: Outage,
): DriverClient {
  const { driverTlsCa: ca, driverTlsCert: cert, driverTlsKey: key } = settings;
  const warn = (message: string) => (reason: string) => logger.warn(message, { reason });
  logGrpc(logger);
  leanAsyncBind();
  return createDriverClient({
    ...settings,
    target: target.target,
    credentials: createDriverCredentials({
      tls: target.tls,
      ca,
      cert,
      key,
      clock,
      onUnusable: warn('the renewed files of DRIVER_TLS_* cannot be used: the former ones stay'),
    }),
    callMetadata: createCallMetadata({
      token: settings.driverToken,
      tokenPath: settings.driverTokenFile,
      clock,
      onUnusable: warn('there is no token for the driver server: calls wait for it'),
    }),
    serverName: settings.driverTlsServerName,
    useProxy: settings.driverUseProxy,
    clock,
    onEnded: outage.note,
    onStuck: () => {
      outage.noteAway('it accepts TCP but does not speak HTTP/2');
      logger.warn('replaced a channel that has found no connection for CONNECT_TIMEOUT_SECONDS', {
        driver: target.target,
      });
    },
  });
}
