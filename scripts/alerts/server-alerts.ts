import type { Alert } from './alert.js';
import { callAlerts } from './server/call-alerts.js';
import { leaseAlerts } from './server/lease-alerts.js';
import { ledgerAlerts } from './server/ledger-alerts.js';
import { lifeAlerts } from './server/life-alerts.js';
import { neighbourAlerts } from './server/neighbour-alerts.js';
import { programAlerts } from './server/program-alerts.js';

/** Every alert of kfp-driver-server. */
export const serverAlerts: readonly Alert[] = [
  ...lifeAlerts,
  ...leaseAlerts,
  ...programAlerts,
  ...callAlerts,
  ...neighbourAlerts,
  ...ledgerAlerts,
];
