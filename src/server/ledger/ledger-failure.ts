import type { StatusError } from '../../contract/status-error.js';
import { retrySafe, toStatusError } from '../drive-failure.js';
import type { StoredExecution } from '../metadata-store/metadata-store.js';

/** ML Metadata has an execution that may be another driver's, so nobody can tell whether the task was driven. */
export function executionUnknown({ id, type }: StoredExecution, why: string): StatusError {
  return toStatusError({
    status: 'FAILED_PRECONDITION',
    reason: 'EXECUTION_UNKNOWN',
    message:
      `ML Metadata has execution ${id} for this task, which ${why}; nothing was driven, because KFP takes a second ` +
      'one for a twin: start a new run, or see docs/durability.md',
    retry: retrySafe,
    metadata: { executionId: id, executionType: type },
  });
}

/** The run is another namespace's. */
export function runElsewhere(): StatusError {
  return toStatusError({
    status: 'PERMISSION_DENIED',
    reason: 'RUN_ELSEWHERE',
    message: 'run_id is a run of another namespace, which this server writes nothing to',
    retry: retrySafe,
  });
}

/** Nobody can tell now whether the task was driven. */
export function metadataAway(cause: unknown): StatusError {
  return toStatusError({
    status: 'UNAVAILABLE',
    reason: 'METADATA_AWAY',
    message: 'ML Metadata does not say whether the task was driven before; nothing was driven',
    retry: retrySafe,
    retryDelayMs: 2_000,
    cause,
  });
}
