import type { Status, StatusError } from '../../contract/status-error.js';
import { type FailureReason, toStatusError } from '../drive-failure.js';

/** Why a reference cannot be resolved. Nothing was driven then: a repeat is always safe. */
export interface ReferenceFailure {
  readonly status: Status;
  readonly reason: FailureReason;
  /** One sentence. */
  readonly message: string;
  readonly retryDelayMs?: number;
  readonly cause?: unknown;
}

export function referenceFailure(failure: ReferenceFailure): StatusError {
  return toStatusError({ ...failure, retry: 'safe' });
}

/** Kubernetes cannot be asked now; the same request may come again. */
export function kubernetesAway(
  message: string,
  more: Pick<ReferenceFailure, 'retryDelayMs' | 'cause'> = {},
): StatusError {
  return referenceFailure({
    status: 'UNAVAILABLE',
    reason: 'KUBERNETES_AWAY',
    message,
    retryDelayMs: 1_000,
    ...more,
  });
}
