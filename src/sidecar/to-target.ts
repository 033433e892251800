import { StatusError } from '../contract/status-error.js';
import { type DriverTarget, parseDriverTarget } from '../driver/driver-target.js';
import type { SidecarSettings } from './sidecar-settings.js';

/** Where the settings say that the driver server is. */
export function toTarget(settings: SidecarSettings): DriverTarget {
  const target = parseDriverTarget(settings.driverHost, settings.driverPort);
  if (target === undefined) {
    throw new StatusError('INVALID_ARGUMENT', 'DRIVER_HOST is no target');
  }
  return { target: target.target, tls: target.tls || settings.driverTls };
}
