import { webhookMetrics as webhook } from '../../src/webhook/webhook-metrics.js';
import { quantileOf, seriesOf } from '../docs/series-of.js';
import type { Dashboard } from './dashboard.js';

const window = '$__rate_interval';

/** The webhook, in its own namespace. */
export const webhookDashboard: Dashboard = {
  name: 'driver-plugin-webhook',
  title: 'KFP driver webhook',
  description: 'Workflows that are converted on their way into the cluster.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Webhooks',
          description: 'None: new runs have driver pods.',
          unit: 'short',
          kind: 'stat',
          queries: { '{{version}}': `sum by (version) (${seriesOf(webhook.build)})` },
        },
        {
          title: 'Certificate ends in',
          description: 'Renewed after two thirds of its life.',
          unit: 's',
          kind: 'stat',
          queries: { '{{pod}}': `${seriesOf(webhook.certificateEnd)} - time()` },
        },
        {
          title: 'Drains',
          description: '1 from SIGTERM on.',
          unit: 'short',
          kind: 'stat',
          queries: { '{{pod}}': seriesOf(webhook.draining) },
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests by outcome',
          description: 'All were admitted.',
          unit: 'reqps',
          queries: {
            '{{outcome}}, {{reason}}': `sum by (outcome, reason) (rate(${seriesOf(webhook.requests)}[${window}]))`,
          },
        },
        {
          title: 'Time of a request',
          description: 'BUDGET_SECONDS ends it; each creation of a workflow waits for it.',
          unit: 's',
          queries: {
            p50: quantileOf(0.5, webhook.requestSeconds, window),
            p99: quantileOf(0.99, webhook.requestSeconds, window),
          },
        },
        {
          title: 'Templates and broken connections',
          description: 'distrust: the API server has another CA.',
          unit: 'reqps',
          queries: {
            converted: `sum(rate(${seriesOf(webhook.templates)}[${window}]))`,
            'connection, {{kind}}': `sum by (kind) (rate(${seriesOf(webhook.connectionErrors)}[${window}]))`,
          },
        },
      ],
    },
  ],
};
