import { counter, gauge, histogram, info, type MetricTable } from '../admin/metric.js';
import { outcomes } from '../bridge/status-to-outcome.js';
import type { Status } from '../contract/status-error.js';

/** What a POST of Argo's agent got. */
export const postOutcomes = [
  'succeeded',
  'failed',
  'error',
  'not-yet',
  'waiting',
  'not-ours',
  'refused-caller',
  'refused-body',
  'no-token',
  'internal-error',
  'hung-up',
] as const;
export type PostOutcome = (typeof postOutcomes)[number];

const statuses = ['OK', ...Object.keys(outcomes)] as readonly Status[];

const agent = {
  posts: counter(
    'driver_plugin_sidecar_posts_total',
    "POSTs of Argo's agent by their answer; not-yet and waiting are requeued, hung-up was gone before it had the answer.",
    { labels: { outcome: postOutcomes } },
  ),
  postSeconds: histogram('driver_plugin_sidecar_post_seconds', 'Time of a POST, held ones included.'),
  heldPosts: gauge('driver_plugin_sidecar_posts_held', 'POSTs that are held for their answer now.'),
  taskSetBytes: gauge(
    'driver_plugin_sidecar_task_set_estimated_bytes',
    "Bytes of Argo's task set as the sidecar estimates them; of several the largest.",
  ),
  taskSetLimit: gauge('driver_plugin_sidecar_task_set_limit_bytes', 'Bytes that etcd takes for a task set.'),
} as const satisfies MetricTable;

const driver = {
  calls: counter(
    'driver_plugin_sidecar_driver_calls_total',
    'gRPC calls of the driver server that have ended.',
    {
      labels: { status: statuses },
    },
  ),
  callSeconds: histogram(
    'driver_plugin_sidecar_driver_call_seconds',
    'Time of a gRPC call of the driver server.',
  ),
  callsInFlight: gauge('driver_plugin_sidecar_driver_calls_in_flight', 'Calls at the driver server now.'),
  resends: counter(
    'driver_plugin_sidecar_resends_total',
    'Calls that were sent again after one that failed.',
  ),
  retryBudget: gauge('driver_plugin_sidecar_retry_budget', 'Re-sends that may go at once.'),
  driverUp: gauge(
    'driver_plugin_sidecar_driver_up',
    '1 once the driver server has answered, 0 from a call on that did not reach it.',
    { when: 'after a first call of it' },
  ),
} as const satisfies MetricTable;

const ledger = {
  attempts: gauge('driver_plugin_sidecar_attempts', 'Attempts at tasks that have not ended.'),
  ledgerEntries: gauge('driver_plugin_sidecar_ledger_entries', 'Tasks that are remembered.'),
  ledgerBytes: gauge('driver_plugin_sidecar_ledger_bytes', 'Bytes of them.'),
  evictions: counter(
    'driver_plugin_sidecar_ledger_evictions_total',
    'Tasks that were forgotten early for want of room.',
  ),
} as const satisfies MetricTable;

/** Every metric of the sidecar. */
export const sidecarMetrics = {
  build: info('driver_plugin_sidecar_build_info', 'Version of this build.', ['version']),
  draining: gauge('driver_plugin_sidecar_draining', '1 from SIGTERM on, else 0.'),
  ...agent,
  ...driver,
  ...ledger,
};
