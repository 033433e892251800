import { status as grpcStatus } from '@grpc/grpc-js';
import { counter, gauge, histogram, info, type MetricTable, productOf } from '../../admin/metric.js';
import { type DriverType, driverTypeNames } from '../../contract/driver-type.js';
import type { Status } from '../../contract/status-error.js';
import type { FailureReason } from '../drive-failure.js';

/** Why a call ended as it did: a reason of ErrorInfo, or "none". */
export type CallReason = FailureReason | 'none';

/** Which statuses a reason comes with. A reason that is new must have its row: the metrics begin with it at 0. */
const statusesOfReason: Readonly<Record<CallReason, readonly Status[]>> = {
  none: ['OK', 'CANCELLED', 'UNAUTHENTICATED', 'PERMISSION_DENIED', 'UNAVAILABLE', 'INTERNAL'],
  BAD_REQUEST: ['INVALID_ARGUMENT'],
  FLAG_UNKNOWN: ['FAILED_PRECONDITION'],
  ARGUMENT_TOO_LARGE: ['INVALID_ARGUMENT'],
  REQUEST_LATE: ['UNAVAILABLE'],
  QUEUE_FULL: ['RESOURCE_EXHAUSTED'],
  LEFT_QUEUE: ['RESOURCE_EXHAUSTED'],
  METADATA_AWAY: ['UNAVAILABLE'],
  SERVER_ENDING: ['UNAVAILABLE', 'ABORTED'],
  PROGRAM_NOT_STARTED: ['INTERNAL'],
  DRIVER_VERDICT: ['FAILED_PRECONDITION'],
  PLATFORM_CAUSE: ['UNAVAILABLE'],
  FLAG_REFUSED: ['INTERNAL'],
  DRIVER_PANICKED: ['INTERNAL'],
  DRIVER_KILLED: ['ABORTED'],
  DRIVER_OUT_OF_MEMORY: ['RESOURCE_EXHAUSTED'],
  DRIVER_TIMED_OUT: ['DEADLINE_EXCEEDED'],
  DRIVER_FAILED: ['INTERNAL'],
  OUTPUT_MISSING: ['INTERNAL'],
  OUTPUT_UNREADABLE: ['INTERNAL'],
  ANSWER_TOO_LARGE: ['INTERNAL'],
  NO_KUBERNETES: ['FAILED_PRECONDITION'],
  KUBERNETES_AWAY: ['UNAVAILABLE'],
  WORKFLOW_NOT_FOUND: ['NOT_FOUND'],
  WORKFLOW_UNREADABLE: ['PERMISSION_DENIED'],
};

export const callReasons = Object.keys(statusesOfReason) as readonly CallReason[];
export const statuses = Object.keys(grpcStatus).filter((name) => !/^\d+$/.test(name)) as readonly Status[];

/** The call's driver type; "unknown" where its request was not read. */
export type CallType = DriverType | 'unknown';
const callTypes: readonly CallType[] = [...driverTypeNames, 'unknown'];

/** How a run of the driver program can end, beside well. */
const runReasons = [
  'none',
  'PROGRAM_NOT_STARTED',
  'DRIVER_VERDICT',
  'PLATFORM_CAUSE',
  'FLAG_REFUSED',
  'DRIVER_PANICKED',
  'DRIVER_KILLED',
  'DRIVER_OUT_OF_MEMORY',
  'DRIVER_TIMED_OUT',
  'DRIVER_FAILED',
  'OUTPUT_MISSING',
  'OUTPUT_UNREADABLE',
  'SERVER_ENDING',
] as const satisfies readonly CallReason[];
export type RunReason = (typeof runReasons)[number];

export function isRunReason(reason: string): reason is RunReason {
  return (runReasons as readonly string[]).includes(reason);
}

const readReasons = ['none', 'WORKFLOW_NOT_FOUND', 'WORKFLOW_UNREADABLE', 'KUBERNETES_AWAY'] as const;
export type ReadReason = (typeof readReasons)[number];

export function isReadReason(reason: string): reason is ReadReason {
  return (readReasons as readonly string[]).includes(reason);
}

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
} as const satisfies MetricTable;

const withMetadata = { when: 'where the driver program takes mlmd_server_address' };

const neighbours = {
  metadataUp: gauge(
    'driver_plugin_server_ml_metadata_up',
    '1 while ML Metadata answers, else 0.',
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
    { when: 'with SERVER_TLS_CERT' },
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
};

function callSeeds() {
  const failures = Object.entries(statusesOfReason).flatMap(([reason, of]) =>
    of.map((status) => ({ reason: reason as CallReason, status })),
  );
  return productOf({ type: callTypes }).flatMap(({ type }) =>
    failures.map((failure) => ({ type: type as CallType, ...failure })),
  );
}
