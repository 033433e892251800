import { counter, gauge, histogram, info, type MetricTable } from '../admin/metric.js';
import { failReasons, skipReasons, type Verdict } from './verdict.js';

const outcomes = ['converted', 'skipped', 'failed'] as const satisfies readonly Verdict['kind'][];

/** Every metric of the webhook. */
export const webhookMetrics = {
  build: info('driver_plugin_webhook_build_info', 'Version of this build.', ['version']),
  draining: gauge('driver_plugin_webhook_draining', '1 from SIGTERM on, else 0.'),
  requests: counter(
    'driver_plugin_webhook_requests_total',
    'Admission requests by what became of them: they add up to all POSTs. Whatever the outcome, all were admitted.',
    {
      labels: { outcome: outcomes, reason: ['none', ...skipReasons, ...failReasons] },
      seeds: [
        { outcome: 'converted', reason: 'none' },
        ...skipReasons.map((reason) => ({ outcome: 'skipped', reason }) as const),
        ...failReasons.map((reason) => ({ outcome: 'failed', reason }) as const),
      ],
    },
  ),
  requestSeconds: histogram(
    'driver_plugin_webhook_request_seconds',
    'From the first byte of an admission request to its answer.',
    { labels: { outcome: outcomes } },
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  ),
  templates: counter(
    'driver_plugin_webhook_templates_converted_total',
    'Driver templates that were converted.',
  ),
  connectionErrors: counter(
    'driver_plugin_webhook_connection_errors_total',
    'Connections that broke before a request; distrust is a caller who does not trust the certificate.',
    { labels: { kind: ['distrust', 'other'] } },
  ),
  certificateEnd: gauge(
    'driver_plugin_webhook_certificate_not_after_timestamp_seconds',
    'When the certificate that the webhook shows ends, in seconds since 1970.',
  ),
  certificateBegin: gauge(
    'driver_plugin_webhook_certificate_not_before_timestamp_seconds',
    'When that certificate began.',
  ),
} as const satisfies MetricTable;
