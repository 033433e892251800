import { serverDashboard } from './server-dashboard.js';
import { webhookDashboard } from './webhook-dashboard.js';

/** Every dashboard of the chart. */
export const dashboards = [serverDashboard, webhookDashboard] as const;
