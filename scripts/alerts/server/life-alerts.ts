import { serverMetrics as server } from '../../../src/server/metrics/server-metrics.js';
import { seriesOf } from '../../docs/series-of.js';
import type { Alert } from '../alert.js';

const pod = 'pod="a"';

/** Whether there are servers, and whether they can be reached. */
export const lifeAlerts: readonly Alert[] = [
  {
    name: 'DriverPluginServerAbsent',
    expr: `absent(${seriesOf(server.build)})`,
    for: '5m',
    severity: 'critical',
    summary: 'No driver server of the namespace is scraped.',
    description: 'No kfp-driver-server of {{ $labels.namespace }} answers Prometheus.',
    why: 'an upgrade takes 2 minutes at most; sidecars send again for 10, so 5 are left to mend it',
    actions: [
      '`kubectl get pods -n NAMESPACE -l app.kubernetes.io/component=server`, then `kubectl describe pod`: the image, the memory limit, a node that is gone?',
      'Exit code 78 means settings: the log lists every fault. `driver-plugin doctor` names the rest.',
      'Pods are ready? Then Prometheus does not get through: `metrics.from`, and the PodMonitor (`metrics.podMonitor.enabled`).',
    ],
    proof: {
      series: { 'driver_plugin_server_build_info{pod="a"}': '1x3 _x20' },
      silentAt: '7m',
      firesAt: '14m',
    },
  },
  {
    name: 'DriverPluginServerRestarts',
    expr: `changes(process_start_time_seconds{namespace="$namespace"}[30m]) > 2 and on (namespace, pod) last_over_time(${seriesOf(server.build)}[30m])`,
    for: '1m',
    severity: 'critical',
    summary: 'A driver server restarts again and again.',
    description:
      'kfp-driver-server {{ $labels.pod }} of {{ $labels.namespace }} has restarted three times in 30 minutes.',
    why: 'an upgrade makes a new pod, so a container that starts a third time crashes',
    actions: [
      '`kubectl describe pod` says why the container ended: `OOMKilled` wants a larger memory limit, or a smaller `MAX_LEDGER_BYTES` or `MAX_PROGRAMS` ([Sizing](driver-server.md#sizing)).',
      '`kubectl logs --previous` ends with the reason of any other end.',
    ],
    proof: {
      series: {
        [`driver_plugin_server_build_info{${pod}}`]: '1x40',
        [`process_start_time_seconds{${pod}}`]: '1x5 2x5 3x5 4x25',
      },
      silentAt: '14m',
      firesAt: '22m',
      labels: { pod: 'a' },
    },
  },
  {
    name: 'DriverPluginServerDrainsTooLong',
    expr: `${seriesOf(server.draining)} == 1`,
    for: '3m',
    severity: 'warning',
    summary: 'A driver server drains for longer than its grace.',
    description:
      'kfp-driver-server {{ $labels.pod }} of {{ $labels.namespace }} has been draining for 3 minutes and drives nothing new.',
    why: 'the pod has 125 s from SIGTERM to SIGKILL; raise it with `server.shutdownGraceSeconds`',
    actions: [
      '`kubectl get pod -o wide`: is the node away, or does a finalizer or a stuck volume hold the pod?',
      'Its drivers are dead or answered by now: `kubectl delete pod --force` is safe with `LEDGER=mlmd` once the node is known to be off ([durability.md](durability.md)).',
    ],
    proof: {
      series: { [`driver_plugin_server_draining{${pod}}`]: '0x4 1x10' },
      silentAt: '7m',
      firesAt: '9m',
      labels: { pod: 'a' },
    },
  },
  {
    name: 'DriverPluginServerCertificateEndsSoon',
    expr: `(${seriesOf(server.certificateEnd)} - time()) / (${seriesOf(server.certificateEnd)} - ${seriesOf(server.certificateBegin)}) < 0.1`,
    for: '15m',
    severity: 'warning',
    summary: "The server's certificate is in the last tenth of its life.",
    description:
      'The certificate that {{ $labels.pod }} of {{ $labels.namespace }} shows ends soon; nobody has renewed it.',
    why: 'who renews does so after two thirds; a share of the life suits certificates of a day and of a year',
    actions: [
      'cert-manager: `kubectl describe certificate -n NAMESPACE` says why it was not renewed.',
      'A Secret of your own (`tls.existingSecret`): put the new pair in. The server takes it within seconds of the mount, without a restart.',
    ],
    proof: {
      series: {
        [`driver_plugin_server_certificate_not_before_timestamp_seconds{${pod}}`]: '0x200',
        [`driver_plugin_server_certificate_not_after_timestamp_seconds{${pod}}`]: '6000x200',
      },
      silentAt: '100m',
      firesAt: '106m',
      labels: { pod: 'a' },
    },
  },
  {
    name: 'DriverPluginServerCertificateEnded',
    expr: `${seriesOf(server.certificateEnd)} < time()`,
    for: '0m',
    severity: 'critical',
    summary: "The server's certificate has ended: no new sidecar gets in.",
    description: 'The certificate that {{ $labels.pod }} of {{ $labels.namespace }} shows has ended.',
    why: 'from that second on every new connection fails',
    actions: ['As for `DriverPluginServerCertificateEndsSoon`, now.'],
    proof: {
      series: { [`driver_plugin_server_certificate_not_after_timestamp_seconds{${pod}}`]: '600x30' },
      silentAt: '10m',
      firesAt: '11m',
      labels: { pod: 'a' },
    },
  },
];
