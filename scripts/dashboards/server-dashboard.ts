import type { Metric } from '../../src/admin/metric.js';
import { statuses } from '../../src/server/metrics/call-reasons.js';
import { serverMetrics as server } from '../../src/server/metrics/server-metrics.js';
import { quantileOf, seriesOf } from '../docs/series-of.js';
import type { Dashboard, Panel } from './dashboard.js';

const window = '$__rate_interval';
const rateBy = (label: string, metric: Metric) => `sum by (${label}) (rate(${seriesOf(metric)}[${window}]))`;
/** A caller that went away is no failure. */
const failures = statuses.filter((status) => status !== 'OK' && status !== 'CANCELLED');
const times = (title: string, description: string, metric: Metric): Panel => ({
  title,
  description,
  unit: 's',
  queries: Object.fromEntries(
    [0.5, 0.9, 0.99].map((share) => [`p${share * 100}`, quantileOf(share, metric, window)]),
  ),
});

/** kfp-driver-server of one namespace. */
export const serverDashboard: Dashboard = {
  name: 'driver-plugin-server',
  title: 'KFP driver server',
  description: 'Drivers of Kubeflow Pipelines that run without pods: one namespace.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Servers',
          description: 'Version, and version of the driver program. None: see DriverPluginServerAbsent.',
          unit: 'short',
          kind: 'stat',
          queries: {
            '{{version}}, driver {{driver_version}}': `sum by (version, driver_version) (${seriesOf(server.build)})`,
          },
        },
        {
          title: 'ML Metadata',
          description: '1 while it answers. 0: nothing is driven.',
          unit: 'short',
          kind: 'stat',
          queries: { '{{pod}}': seriesOf(server.metadataUp) },
        },
        {
          title: 'Holds the Lease',
          description: 'With two replicas one has 1.',
          unit: 'short',
          kind: 'stat',
          queries: { '{{pod}}': seriesOf(server.leaseHeld) },
        },
        {
          title: 'Drains',
          description: '1 from SIGTERM on.',
          unit: 'short',
          kind: 'stat',
          queries: { '{{pod}}': seriesOf(server.draining) },
        },
        {
          title: 'Certificate ends in',
          description: 'Empty without TLS.',
          unit: 's',
          kind: 'stat',
          queries: { '{{pod}}': `${seriesOf(server.certificateEnd)} - time()` },
        },
        {
          title: 'Callers',
          description: 'HTTP/2 connections: one of each workflow that asked within the last minute.',
          unit: 'short',
          kind: 'stat',
          queries: { connections: `sum(${seriesOf(server.connections)})` },
        },
      ],
    },
    {
      title: 'Calls',
      panels: [
        {
          title: 'Calls by status',
          description: 'UNAVAILABLE and RESOURCE_EXHAUSTED ask for a repeat; they are no lost tasks.',
          unit: 'reqps',
          queries: { '{{status}}': rateBy('status', server.calls) },
        },
        {
          title: 'Calls that failed, by reason',
          description: 'docs/driver-server.md explains each. DRIVER_VERDICT is the pipeline itself.',
          unit: 'reqps',
          queries: {
            '{{reason}}': `sum by (reason) (rate(${seriesOf(server.calls, { status: failures })}[${window}]))`,
          },
        },
        times('Time of a call', 'Waiting included.', server.callSeconds),
      ],
    },
    {
      title: 'Driver programs',
      panels: [
        {
          title: 'Programs that run',
          description: 'At the limit for long: give it more CPU and memory.',
          unit: 'short',
          queries: { '{{pod}}': seriesOf(server.programs), 'limit {{pod}}': seriesOf(server.maxPrograms) },
        },
        {
          title: 'Runs by end',
          description: 'none went well.',
          unit: 'reqps',
          queries: { '{{reason}}': rateBy('reason', server.runs) },
        },
        times('Time of a run', 'Half of it is waiting for ML Metadata.', server.runSeconds),
      ],
    },
    {
      title: 'Queue',
      panels: [
        {
          title: 'Calls that wait',
          description: 'At the limit the next call is told to come again.',
          unit: 'short',
          queries: {
            '{{pod}}': seriesOf(server.queuedCalls),
            'limit {{pod}}': seriesOf(server.maxQueuedCalls),
          },
        },
        {
          title: 'Bytes that wait',
          description: 'MAX_QUEUE_BYTES is the limit.',
          unit: 'bytes',
          queries: {
            '{{pod}}': seriesOf(server.queuedBytes),
            'limit {{pod}}': seriesOf(server.maxQueuedBytes),
          },
        },
        times('Time in the queue', 'Of those whose turn came.', server.queueSeconds),
      ],
    },
    {
      title: 'What was driven',
      panels: [
        {
          title: 'Ledger, share of its room',
          description: 'At 1 the oldest answer goes for each new one.',
          unit: 'percentunit',
          queries: {
            'entries {{pod}}': `${seriesOf(server.ledgerEntries)} / ${seriesOf(server.maxLedgerEntries)}`,
            'bytes {{pod}}': `${seriesOf(server.ledgerBytes)} / ${seriesOf(server.maxLedgerBytes)}`,
          },
        },
        {
          title: 'ML Metadata about tasks',
          description: 'voided, refused and not_written want a look: docs/durability.md.',
          unit: 'reqps',
          queries: { '{{outcome}}': rateBy('outcome', server.ledgerOutcomes) },
        },
        {
          title: 'Repeats and evictions',
          description: 'broken: a success was forgotten within 10 minutes.',
          unit: 'reqps',
          queries: {
            '{{kind}}': rateBy('kind', server.repeats),
            'evicted, promise {{promise}}': rateBy('promise', server.evictions),
          },
        },
      ],
    },
    {
      title: 'Neighbours',
      panels: [
        times(
          'ML Metadata: time of a cheap question',
          'After 10 s it counts as away.',
          server.metadataSeconds,
        ),
        {
          title: 'Reads of workflows',
          description: 'Of tasks that name their arguments.',
          unit: 'reqps',
          queries: { '{{reason}}': rateBy('reason', server.reads) },
        },
        times('Kubernetes: time of a read', 'Also of one that failed.', server.readSeconds),
      ],
    },
  ],
};
