import { serverMetrics as server } from '../../../src/server/metrics/server-metrics.js';
import { seriesOf } from '../../docs/series-of.js';
import type { Alert } from '../alert.js';

const pod = 'pod="a"';

/** Ends of a run that are neither good, nor the pipeline's own fault, nor this server's end or its neighbours' fault. */
const crashReasons = server.runs.labels.reason.filter(
  (reason) => !/^(none|DRIVER_VERDICT|PLATFORM_CAUSE|SERVER_ENDING|LEASE_.*)$/.test(reason),
);
const crashes = seriesOf(server.runs, { reason: crashReasons });
const platformFails = seriesOf(server.runs, { reason: [...crashReasons, 'PLATFORM_CAUSE'] });
const run = (reason: string) =>
  `driver_plugin_server_program_runs_total{${pod},type="CONTAINER",reason="${reason}"}`;

/** Runs of KFP's driver program. */
export const programAlerts: readonly Alert[] = [
  {
    name: 'DriverPluginDriversCrash',
    expr: `sum by (namespace, reason) (increase(${crashes}[15m])) > 2`,
    for: '1m',
    severity: 'warning',
    summary: "KFP's driver program crashes.",
    description:
      'More than two runs of the driver program in {{ $labels.namespace }} ended with {{ $labels.reason }} in 15 minutes.',
    why: 'one may be one odd pipeline, three in 15 minutes are none; verdicts on wrong pipelines do not count',
    actions: [
      'Look the reason up under [Statuses](driver-server.md#statuses).',
      "`DRIVER_OUT_OF_MEMORY`: raise `DRIVER_PROGRAM_MEMORY`, and the pod's limit with it. `DRIVER_TIMED_OUT`: look at ML Metadata's answers first.",
      '`FLAG_REFUSED`, `OUTPUT_MISSING`: the image has another KFP than the workflows. Compare `/version`, and `driver-plugin doctor`.',
      'The others: `kubectl logs` of the server, lines with `"reason":"DRIVER_..."`; take one `requestId` and go on as [below](#what-happened-to-this-step).',
    ],
    proof: {
      series: { [run('DRIVER_PANICKED')]: '0x5 1+1x4 5x20', [run('DRIVER_VERDICT')]: '0+50x30' },
      silentAt: '6m',
      firesAt: '12m',
      labels: { reason: 'DRIVER_PANICKED' },
    },
  },
  {
    name: 'DriverPluginMostDriversFail',
    expr: `sum by (namespace) (increase(${platformFails}[15m])) / sum by (namespace) (increase(${seriesOf(server.runs)}[15m])) > 0.5 and sum by (namespace) (increase(${seriesOf(server.runs)}[15m])) > 10`,
    for: '5m',
    severity: 'critical',
    summary: 'Most runs of the driver program fail for another reason than the pipeline.',
    description:
      'More than half of the driver runs of {{ $labels.namespace }} fail for another reason than their pipelines.',
    why: 'half of ten runs is no single pipeline',
    actions: [
      'Take the namespace out of the webhook (`kubectl label namespace NAMESPACE driver-plugin/adopt-`): new runs have driver pods again.',
      'Then as for `DriverPluginDriversCrash`. `PLATFORM_CAUSE` is ML Metadata, Kubernetes or the network: the message of the node names it.',
    ],
    proof: {
      series: { [run('PLATFORM_CAUSE')]: '0x5 0+3x30', [run('none')]: '0+1x40' },
      silentAt: '6m',
      firesAt: '25m',
    },
  },
];
