import { serverMetrics as server } from '../../../src/server/metrics/server-metrics.js';
import { seriesOf } from '../../docs/series-of.js';
import type { Alert } from '../alert.js';

const pod = 'pod="a"';

const broken = seriesOf(server.calls, {
  status: ['INTERNAL', 'ABORTED', 'DEADLINE_EXCEEDED', 'UNKNOWN', 'DATA_LOSS'],
});
const atQueue = seriesOf(server.calls, { reason: ['QUEUE_FULL', 'LEFT_QUEUE'] });
const call = (status: string, reason: string) =>
  `driver_plugin_server_calls_total{${pod},type="CONTAINER",status="${status}",reason="${reason}"}`;

/** Calls, and the queue that they wait in. */
export const callAlerts: readonly Alert[] = [
  {
    name: 'DriverPluginCallsFail',
    expr: `sum by (namespace, reason) (increase(${broken}[15m])) / ignoring (reason) group_left () sum by (namespace) (increase(${seriesOf(server.calls)}[15m])) > 0.05 and sum by (namespace, reason) (increase(${broken}[15m])) > 2`,
    for: '5m',
    severity: 'warning',
    summary: 'More than one in twenty calls fails in the server.',
    description: 'More than 5 % of the calls of {{ $labels.namespace }} fail with {{ $labels.reason }}.',
    why: "cancelled calls and refusals that ask for a repeat do not count, nor do KFP's verdicts; below three a share means nothing",
    actions: [
      'The reason says where: [Statuses](driver-server.md#statuses). `none` is a fault of this project: the log has its stack; please report it.',
      'Under `SERVER_ENDING` or `LEASE_LOST` see the alerts for drain and Lease.',
    ],
    proof: {
      series: { [call('INTERNAL', 'DRIVER_FAILED')]: '0x5 0+1x30', [call('OK', 'none')]: '0+5x40' },
      silentAt: '6m',
      firesAt: '25m',
      labels: { reason: 'DRIVER_FAILED' },
    },
  },
  {
    name: 'DriverPluginCallersUnknown',
    expr: `sum by (namespace) (increase(${seriesOf(server.calls, { status: 'UNAUTHENTICATED' })}[10m])) > 5`,
    for: '5m',
    severity: 'warning',
    summary: 'Callers come with no token or a wrong one.',
    description: 'Calls in {{ $labels.namespace }} are UNAUTHENTICATED.',
    why: 'a rotation makes a handful; a sidecar with the old token goes on asking',
    actions: [
      'Agent pods keep the token that they started with: those of before a rotation are refused ([below](#rotate-the-token)).',
      'No rotation? The line `refused a caller` has its address (`peer`): a pod that is no agent should not call.',
    ],
    proof: {
      series: { [call('UNAUTHENTICATED', 'none')]: '0x5 0+2x30' },
      silentAt: '6m',
      firesAt: '20m',
    },
  },
  {
    name: 'DriverPluginRunElsewhere',
    expr: `sum by (namespace) (increase(${seriesOf(server.calls, { reason: 'RUN_ELSEWHERE' })}[1h])) > 0`,
    for: '0m',
    severity: 'warning',
    summary: "Somebody asked for a drive under another namespace's run.",
    description: 'A call in {{ $labels.namespace }} named a run of another namespace. It was refused.',
    why: 'no KFP does that; one is enough to look',
    actions: [
      'The line `did not drive` with `RUN_ELSEWHERE` names the workflow: who made it? A workflow copied between namespaces, or an author who tries ([security.md](security.md)).',
    ],
    proof: {
      series: { [call('PERMISSION_DENIED', 'RUN_ELSEWHERE')]: '0x5 1x30' },
      silentAt: '4m',
      firesAt: '8m',
    },
  },
  {
    name: 'DriverPluginQueueFull',
    expr: `sum by (namespace) (rate(${atQueue}[5m])) > 0`,
    for: '5m',
    severity: 'critical',
    summary: 'The queue has been full for minutes: tasks will end in Error.',
    description:
      'The server of {{ $labels.namespace }} has refused calls for want of room in its queue for 5 minutes.',
    why: 'a loop of 1,000 tasks is driven in 30 s; a task that is refused for 10 minutes (`STEP_TIMEOUT_SECONDS`) ends in Error',
    actions: [
      'CPU at its limit: raise `server.resources.limits` of CPU and memory; `MAX_PROGRAMS` follows ([Sizing](#sizing)).',
      'CPU not at its limit: drivers wait for ML Metadata. Look at `DriverPluginMetadataSlow`.',
      'One workflow floods? They take turns, so the others go on. `kubectl get workflows` with the most plugin nodes; make the loop narrower (`parallelism`).',
    ],
    proof: {
      series: { [call('RESOURCE_EXHAUSTED', 'QUEUE_FULL')]: '0x5 0+3x30' },
      silentAt: '9m',
      firesAt: '13m',
    },
  },
  {
    name: 'DriverPluginQueueNearlyFull',
    expr: `${seriesOf(server.queuedCalls)} / ${seriesOf(server.maxQueuedCalls)} > 0.8 or ${seriesOf(server.queuedBytes)} / ${seriesOf(server.maxQueuedBytes)} > 0.8`,
    for: '5m',
    severity: 'warning',
    summary: 'The queue has been nearly full for minutes.',
    description:
      'The queue of {{ $labels.pod }} of {{ $labels.namespace }} has been above four fifths of its limit for 5 minutes.',
    why: 'a full queue of 256 is driven in 8 s on two cores: after 5 minutes it is no burst',
    actions: ['As for `DriverPluginQueueFull`, with time left.'],
    proof: {
      series: {
        [`driver_plugin_server_queue_calls{${pod}}`]: '10x4 250x10',
        [`driver_plugin_server_queue_calls_limit{${pod}}`]: '256x20',
      },
      silentAt: '9m',
      firesAt: '11m',
      labels: { pod: 'a' },
    },
  },
];
