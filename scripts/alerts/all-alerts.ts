import type { Alert, AlertGroup } from './alert.js';
import { serverAlerts } from './server-alerts.js';
import { webhookAlerts } from './webhook-alerts.js';

/** Every alert: the chart's rules, docs/operations.md and the unit tests know no other. */
export const allAlerts: Readonly<Record<AlertGroup, readonly Alert[]>> = {
  server: serverAlerts,
  webhook: webhookAlerts,
};
