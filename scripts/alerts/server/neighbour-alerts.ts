import { serverMetrics as server } from '../../../src/server/metrics/server-metrics.js';
import { quantileOf, seriesOf } from '../../docs/series-of.js';
import type { Alert } from '../alert.js';

const pod = 'pod="a"';

/** ML Metadata and Kubernetes. */
export const neighbourAlerts: readonly Alert[] = [
  {
    name: 'DriverPluginMetadataAway',
    expr: `${seriesOf(server.metadataUp)} == 0`,
    for: '2m',
    severity: 'critical',
    summary: 'ML Metadata is away: nothing is driven.',
    description:
      'kfp-driver-server {{ $labels.pod }} of {{ $labels.namespace }} has no answer of ML Metadata.',
    why: 'its pod restarts within a minute; tasks wait 10 minutes before they end in Error',
    actions: [
      '`kubectl get pods -n kubeflow -l component=metadata-grpc-server`, its log, and its MySQL.',
      'It answers others? Then address, TLS or NetworkPolicy of this server: the line `cannot drive` has the outage.',
      'Nothing to do afterwards: sidecars send again, and nothing was driven meanwhile.',
    ],
    proof: {
      series: { [`driver_plugin_server_ml_metadata_up{${pod}}`]: '1x4 0x10' },
      silentAt: '6m',
      firesAt: '8m',
      labels: { pod: 'a' },
    },
  },
  {
    name: 'DriverPluginMetadataSlow',
    expr: `${quantileOf(0.9, server.metadataSeconds, '10m')} > 1`,
    for: '15m',
    severity: 'warning',
    summary: 'ML Metadata takes more than a second for a cheap question.',
    description:
      'One in ten cheap questions of {{ $labels.namespace }} to ML Metadata takes more than a second.',
    why: 'the question is one row by its key; after 10 s without an answer it counts as away',
    actions: [
      'CPU and slow queries of its MySQL; the number of executions (KFP never deletes any).',
      'More driver servers make it worse: they share one ML Metadata.',
    ],
    proof: {
      series: {
        [`driver_plugin_server_ml_metadata_answer_seconds_bucket{${pod},le="1"}`]: '0+12x5 60+0x60',
        [`driver_plugin_server_ml_metadata_answer_seconds_bucket{${pod},le="2.5"}`]: '0+12x70',
        [`driver_plugin_server_ml_metadata_answer_seconds_bucket{${pod},le="+Inf"}`]: '0+12x70',
      },
      silentAt: '12m',
      firesAt: '40m',
    },
  },
  {
    name: 'DriverPluginKubernetesReadsFail',
    expr: `sum by (namespace, reason) (increase(${seriesOf(server.reads, { reason: ['KUBERNETES_AWAY', 'WORKFLOW_UNREADABLE'] })}[10m])) > 2`,
    for: '5m',
    severity: 'warning',
    summary: 'The server cannot read workflows.',
    description: 'Reads of workflows in {{ $labels.namespace }} end with {{ $labels.reason }}.',
    why: 'one is a restart of the API server; a workflow that is gone does not count',
    actions: [
      "`WORKFLOW_UNREADABLE`: `kubectl auth can-i get workflows -n NAMESPACE --as system:serviceaccount:NAMESPACE:kfp-driver-server`; the Role is the chart's.",
      '`KUBERNETES_AWAY`: a NetworkPolicy (`server.networkPolicy.kubernetesApi`), or Kubernetes itself.',
    ],
    proof: {
      series: {
        [`driver_plugin_server_kubernetes_reads_total{${pod},reason="KUBERNETES_AWAY"}`]: '0x5 0+1x30',
      },
      silentAt: '7m',
      firesAt: '20m',
      labels: { reason: 'KUBERNETES_AWAY' },
    },
  },
];
