import { serverMetrics as server } from '../../../src/server/metrics/server-metrics.js';
import { seriesOf } from '../../docs/series-of.js';
import type { Alert } from '../alert.js';

const pod = 'pod="a"';

const outcome = (name: string) => `driver_plugin_server_ledger_outcomes_total{${pod},outcome="${name}"}`;

/** What was driven. */
export const ledgerAlerts: readonly Alert[] = [
  {
    name: 'DriverPluginLedgerBrokePromise',
    expr: `sum by (namespace) (increase(${seriesOf(server.evictions, { promise: 'broken' })}[15m])) > 0`,
    for: '0m',
    severity: 'warning',
    summary: 'Answers were forgotten before their ten minutes were over.',
    description: 'The server of {{ $labels.namespace }} forgets answers early for want of room.',
    why: 'with `LEDGER=mlmd` the answer is in ML Metadata still; with `memory` a repeat drives twice',
    actions: [
      'Raise `MAX_LEDGER_ENTRIES` or `MAX_LEDGER_BYTES`, whichever is at its limit, and the memory limit with it.',
    ],
    proof: {
      series: { [`driver_plugin_server_ledger_evictions_total{${pod},promise="broken"}`]: '0x5 1x30' },
      silentAt: '4m',
      firesAt: '8m',
    },
  },
  {
    name: 'DriverPluginLedgerNotWritten',
    expr: `sum by (namespace) (increase(${seriesOf(server.ledgerOutcomes, { outcome: 'not_written' })}[15m])) > 0`,
    for: '0m',
    severity: 'warning',
    summary: 'Answers could not be written into ML Metadata.',
    description: 'Answers of {{ $labels.namespace }} are kept in memory alone.',
    why: 'until the server restarts they are safe; after a kill each of them is an orphan',
    actions: [
      'Do not kill this server now; let it drain.',
      'The line `an answer is kept in memory alone` says why: ML Metadata was away for 10 s, or the record is above 256 KiB.',
    ],
    proof: { series: { [outcome('not_written')]: '0x5 1x30' }, silentAt: '4m', firesAt: '8m' },
  },
  {
    name: 'DriverPluginLedgerRefused',
    expr: `sum by (namespace) (increase(${seriesOf(server.ledgerOutcomes, { outcome: 'refused' })}[15m])) > 0`,
    for: '0m',
    severity: 'warning',
    summary: "Tasks were refused because ML Metadata has another driver's execution.",
    description: 'Tasks of {{ $labels.namespace }} were refused: their executions may be another driver.',
    why: 'each is a task that failed and needs a person',
    actions: [
      'The message of the node names the execution; what to do with it: [durability.md](durability.md#what-stands-in-ml-metadata).',
      'Do driver pods and this server serve the same run? A run converted half-way by hand does that.',
    ],
    proof: { series: { [outcome('refused')]: '0x5 1x30' }, silentAt: '4m', firesAt: '8m' },
  },
  {
    name: 'DriverPluginLedgerVoids',
    expr: `sum by (namespace) (increase(${seriesOf(server.ledgerOutcomes, { outcome: 'voided' })}[1h])) > 2 * max by (namespace) (${seriesOf(server.maxPrograms)})`,
    for: '0m',
    severity: 'warning',
    summary: 'Many executions were taken out of their DAGs.',
    description: 'The server of {{ $labels.namespace }} voids more executions than two kills of it explain.',
    why: 'a killed server leaves at most as many orphans as programs ran',
    actions: [
      'Was the server killed several times? See `DriverPluginServerRestarts`.',
      'Else something drives beside it: a second release, or driver pods of the same runs. The log lines at `warn` have the executions.',
    ],
    proof: {
      series: {
        [outcome('voided')]: '0x5 4+4x4 20x30',
        [`driver_plugin_server_programs_limit{${pod}}`]: '2x50',
      },
      silentAt: '5m',
      firesAt: '12m',
    },
  },
];
