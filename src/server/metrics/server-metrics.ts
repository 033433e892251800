import { counter, gauge, histogram, info, type MetricTable } from '../../admin/metric.js';
import { driverTypeNames } from '../../contract/driver-type.js';
import { ledgerOutcomes } from '../ledger/ledger-outcome.js';
import { callReasons, callSeeds, callTypes, readReasons, runReasons, statuses } from './call-reasons.js';

const calls = {
  calls: counter(
    'driver_plugin_server_calls_total',
    'Calls of DriverService/Execute that have ended, with the reason of their ErrorInfo.',
    { labels: { type: callTypes, status: statuses, reason: callReasons }, seeds: callSeeds() },
  ),
  callSeconds: histogram(
    'driver_plugin_server_call_seconds',
    'From the first byte of a call to its status, waiting included.',
    { labels: { type: callTypes } },
  ),
  openCalls: gauge(
    'driver_plugin_server_open_calls',
    'Calls of DriverService/Execute that have no status yet.',
  ),
  connections: gauge('driver_plugin_server_connections', 'HTTP/2 connections of callers.'),
  repeats: counter(
    'driver_plugin_server_repeats_total',
    'Calls of a request_id that was there before: joined its drive, were answered again, or had another content (conflict).',
    { labels: { kind: ['joined', 'replayed', 'conflict'] } },
  ),
} as const satisfies MetricTable;

const withProgram = { when: 'with ENGINE=program' };

const program = {
  queueSeconds: histogram(
    'driver_plugin_server_queue_wait_seconds',
    'Time in the queue of those whose turn came.',
    withProgram,
  ),
  runSeconds: histogram(
    'driver_plugin_server_program_run_seconds',
    "One run of KFP's driver program, its files included.",
    withProgram,
  ),
  runs: counter(
    'driver_plugin_server_program_runs_total',
    "Runs of KFP's driver program by their end; none is a run that went well.",
    { labels: { type: driverTypeNames, reason: runReasons }, ...withProgram },
  ),
  programs: gauge('driver_plugin_server_programs', 'Driver programs that run now.', withProgram),
  maxPrograms: gauge(
    'driver_plugin_server_programs_limit',
    'Driver programs that may run at once.',
    withProgram,
  ),
  queuedCalls: gauge('driver_plugin_server_queue_calls', 'Calls that wait for their turn.', withProgram),
  maxQueuedCalls: gauge('driver_plugin_server_queue_calls_limit', 'MAX_QUEUE.', withProgram),
  queuedBytes: gauge('driver_plugin_server_queue_bytes', 'Bytes of the calls that wait.', withProgram),
  maxQueuedBytes: gauge('driver_plugin_server_queue_bytes_limit', 'MAX_QUEUE_BYTES.', withProgram),
} as const satisfies MetricTable;

/** What was driven, as this process remembers it. */
const ledger = {
  ledgerEntries: gauge('driver_plugin_server_ledger_entries', 'Ended requests that are remembered.'),
  ledgerBytes: gauge('driver_plugin_server_ledger_bytes', 'Bytes of them.'),
  maxLedgerEntries: gauge('driver_plugin_server_ledger_entries_limit', 'MAX_LEDGER_ENTRIES.'),
  maxLedgerBytes: gauge('driver_plugin_server_ledger_bytes_limit', 'MAX_LEDGER_BYTES.'),
  evictions: counter(
    'driver_plugin_server_ledger_evictions_total',
    'Requests that were forgotten for want of room; promise is broken where a success went within 10 minutes.',
    { labels: { promise: ['kept', 'broken'] } },
  ),
  ledgerOutcomes: counter(
    'driver_plugin_server_ledger_outcomes_total',
    'What ML Metadata said of tasks that memory did not know, and how the writing of their answers ended.',
    { labels: { outcome: ledgerOutcomes }, when: 'with LEDGER=mlmd' },
  ),
} as const satisfies MetricTable;

const withMetadata = { when: 'where the driver program takes mlmd_server_address' };

const withCertificate = { when: 'with SERVER_TLS_CERT' };

const neighbours = {
  metadataUp: gauge(
    'driver_plugin_server_ml_metadata_up',
    '1 while ML Metadata answers, else 0. Absent until its first answer, for a second at the most.',
    withMetadata,
  ),
  metadataSeconds: histogram(
    'driver_plugin_server_ml_metadata_answer_seconds',
    'Time of the questions that ML Metadata is asked every few seconds, the unanswered ones included.',
    withMetadata,
  ),
  reads: counter(
    'driver_plugin_server_kubernetes_reads_total',
    'Workflows that were read from Kubernetes; none is a read that went well.',
    { labels: { reason: readReasons } },
  ),
  readSeconds: histogram(
    'driver_plugin_server_kubernetes_read_seconds',
    'Time of a read from Kubernetes, also of one that failed.',
  ),
  certificateEnd: gauge(
    'driver_plugin_server_certificate_not_after_timestamp_seconds',
    'When the certificate that the server shows ends, in seconds since 1970.',
    withCertificate,
  ),
  certificateBegin: gauge(
    'driver_plugin_server_certificate_not_before_timestamp_seconds',
    'When that certificate began.',
    withCertificate,
  ),
} as const satisfies MetricTable;

const withLease = { when: 'with LEASE_NAME' };

const lease = {
  leaseHeld: gauge(
    'driver_plugin_server_lease_held',
    '1 while this server holds the Lease, else 0.',
    withLease,
  ),
  leaseTransitions: gauge(
    'driver_plugin_server_lease_transitions',
    'How often the Lease has changed hands, as the Lease itself counts.',
    withLease,
  ),
  leaseLosses: gauge(
    'driver_plugin_server_lease_losses',
    'How often this server has lost the Lease without giving it back.',
    withLease,
  ),
  leaseFault: gauge(
    'driver_plugin_server_lease_fault',
    '1 while this server could not take the Lease over (no right to it, no API server), else 0.',
    withLease,
  ),
} as const satisfies MetricTable;

/** Every metric of kfp-driver-server. */
export const serverMetrics = {
  build: info('driver_plugin_server_build_info', 'Versions of this build and of the driver program.', [
    'version',
    'driver_version',
  ]),
  draining: gauge('driver_plugin_server_draining', '1 from SIGTERM on, while nothing new is driven, else 0.'),
  ...calls,
  ...program,
  ...ledger,
  ...neighbours,
  ...lease,
};
