import { systemClock } from '../../common/clock.js';
import { readSettings } from '../../common/settings.js';
import { createCallMetadata } from '../../driver/call-metadata.js';
import { createDriverClient, type DriverClient } from '../../driver/driver-client.js';
import { createDriverCredentials } from '../../driver/driver-credentials.js';
import { parseDriverTarget } from '../../driver/driver-target.js';
import { driverSettings } from '../../sidecar/driver-settings.js';
import type { ExecuteOptions } from './execute-options.js';

/** A client of the driver server that the options name; whatever they leave open is as the sidecar has it. */
export function openDriver(options: ExecuteOptions): DriverClient {
  const { values } = readSettings(driverSettings, { DRIVER_HOST: options.driver });
  const { target = '', tls = false } = parseDriverTarget(values.driverHost, values.driverPort) ?? {};
  const files = { ca: options.ca, cert: options.cert, key: options.key };
  // One call, which says itself what is wrong.
  const once = { clock: systemClock, onUnusable: () => {} };
  return createDriverClient({
    ...values,
    target,
    credentials: createDriverCredentials({ ...files, tls: tls || options.tls, ...once }),
    callMetadata: createCallMetadata({ token: undefined, tokenPath: options.tokenFile, ...once }),
    serverName: options.serverName,
    useProxy: values.driverUseProxy,
    clock: systemClock,
    onStuck: () => {},
  });
}
