import { status as grpcStatus } from '@grpc/grpc-js';
import { productOf } from '../../admin/metric.js';
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
  EXECUTION_UNKNOWN: ['FAILED_PRECONDITION'],
  RUN_ELSEWHERE: ['PERMISSION_DENIED'],
  SERVER_ENDING: ['UNAVAILABLE', 'ABORTED'],
  LEASE_NOT_HELD: ['UNAVAILABLE'],
  LEASE_LOST: ['ABORTED'],
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
export const callTypes: readonly CallType[] = [...driverTypeNames, 'unknown'];

/** How a run of the driver program can end, beside well. */
export const runReasons = [
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
  'LEASE_NOT_HELD',
  'LEASE_LOST',
] as const satisfies readonly CallReason[];
export type RunReason = (typeof runReasons)[number];

export function isRunReason(reason: string): reason is RunReason {
  return (runReasons as readonly string[]).includes(reason);
}

export const readReasons = ['none', 'WORKFLOW_NOT_FOUND', 'WORKFLOW_UNREADABLE', 'KUBERNETES_AWAY'] as const;
export type ReadReason = (typeof readReasons)[number];

export function isReadReason(reason: string): reason is ReadReason {
  return (readReasons as readonly string[]).includes(reason);
}

/** The counters of calls that begin at 0. */
export function callSeeds() {
  const failures = Object.entries(statusesOfReason).flatMap(([reason, of]) =>
    of.map((status) => ({ reason: reason as CallReason, status })),
  );
  return productOf({ type: callTypes }).flatMap(({ type }) =>
    failures.map((failure) => ({ type: type as CallType, ...failure })),
  );
}
