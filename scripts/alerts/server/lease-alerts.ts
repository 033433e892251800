import { serverMetrics as server } from '../../../src/server/metrics/server-metrics.js';
import { seriesOf } from '../../docs/series-of.js';
import type { Alert } from '../alert.js';

const { leaseHeld, leaseTransitions, leaseLosses, leaseFault } = server;
const pod = 'pod="a"';

/** The Lease of two replicas. */
export const leaseAlerts: readonly Alert[] = [
  {
    name: 'DriverPluginLeaseNotHeld',
    expr: `sum by (namespace) (${seriesOf(leaseHeld)}) == 0`,
    for: '1m',
    severity: 'critical',
    summary: 'No replica holds the Lease, so nobody drives.',
    description: 'No kfp-driver-server of {{ $labels.namespace }} holds the Lease.',
    why: 'a lost node is taken over from within 15 s; a minute is four times that',
    actions: [
      '`kubectl get lease kfp-driver-server -n NAMESPACE -o yaml`: holder and time of its last renewal.',
      'The log of both pods: `the lease can neither be renewed nor taken now` names the reason (a right that is missing, or no API server).',
      'If Kubernetes is away for long: `server.replicas=0`, then `1`, drives without a Lease.',
    ],
    proof: {
      series: {
        'driver_plugin_server_lease_held{pod="a"}': '1x4 0x10',
        'driver_plugin_server_lease_held{pod="b"}': '0x14',
      },
      silentAt: '5m',
      firesAt: '7m',
    },
  },
  {
    name: 'DriverPluginLeaseHeldTwice',
    expr: `sum by (namespace) (${seriesOf(leaseHeld)}) > 1`,
    for: '2m',
    severity: 'critical',
    summary: 'Two replicas believe that they hold the Lease.',
    description:
      'Two kfp-driver-servers of {{ $labels.namespace }} say that they hold the Lease: a task may be driven twice.',
    why: 'two scrapes 30 s apart may see both sides of one change; 2 minutes are none',
    actions: [
      'Are these two releases with two Leases (`LEASE_NAME`) in one namespace? Remove one.',
      'Else delete the pod that `kubectl get lease` does not name, and report it.',
    ],
    proof: {
      series: {
        'driver_plugin_server_lease_held{pod="a"}': '1x14',
        'driver_plugin_server_lease_held{pod="b"}': '0x4 1x10',
      },
      silentAt: '6m',
      firesAt: '8m',
    },
  },
  {
    name: 'DriverPluginLeaseFlaps',
    expr: `max by (namespace) (max_over_time(${seriesOf(leaseTransitions)}[30m])) - min by (namespace) (min_over_time(${seriesOf(leaseTransitions)}[30m])) > 4`,
    for: '1m',
    severity: 'warning',
    summary: 'The Lease changes hands again and again.',
    description: 'The Lease of {{ $labels.namespace }} has changed hands more than four times in 30 minutes.',
    why: 'an upgrade and a drained node make two changes each',
    actions: [
      'The line `lost the lease, and ends what it drives` of either pod has the reason.',
      'Slow answers of Kubernetes, or a node without CPU for the server: raise its requests, or `LEASE_DURATION_SECONDS` and `LEASE_RENEW_DEADLINE_SECONDS` together.',
      'A Lease that somebody deleted counts from 0 again and looks the same, for 30 minutes.',
    ],
    proof: {
      series: { [`driver_plugin_server_lease_transitions{${pod}}`]: '3x5 4+1x5 10x20' },
      silentAt: '9m',
      firesAt: '13m',
    },
  },
  {
    name: 'DriverPluginLeaseLost',
    expr: `max_over_time(${seriesOf(leaseLosses)}[15m]) - min_over_time(${seriesOf(leaseLosses)}[15m]) > 0`,
    for: '0m',
    severity: 'warning',
    summary: 'A server lost the Lease without giving it back, and its drivers were killed.',
    description:
      'kfp-driver-server {{ $labels.pod }} of {{ $labels.namespace }} has lost the Lease while it drove.',
    why: 'each loss kills what runs; upgrades give the Lease back',
    actions: [
      'The line before `lost the lease, and ends what it drives` says what it waited for.',
      'Tasks that ended with `LEASE_LOST` are sent again by their sidecars where that is safe.',
    ],
    proof: {
      series: { [`driver_plugin_server_lease_losses{${pod}}`]: '0x4 1x10' },
      silentAt: '4m',
      firesAt: '6m',
      labels: { pod: 'a' },
    },
  },
  {
    name: 'DriverPluginLeaseFault',
    expr: `${seriesOf(leaseFault)} == 1`,
    for: '2m',
    severity: 'warning',
    summary: 'A replica could not take the Lease over.',
    description:
      'kfp-driver-server {{ $labels.pod }} of {{ $labels.namespace }} could not take the Lease: it is no spare.',
    why: 'a restart of the API server takes less',
    actions: [
      '`kubectl auth can-i update leases/kfp-driver-server -n NAMESPACE --as system:serviceaccount:NAMESPACE:kfp-driver-server`; `driver-plugin doctor` checks it as server-lease.',
    ],
    proof: {
      series: { [`driver_plugin_server_lease_fault{${pod}}`]: '0x4 1x10' },
      silentAt: '6m',
      firesAt: '8m',
      labels: { pod: 'a' },
    },
  },
];
