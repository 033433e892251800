import type { Resend } from '../drive-failure.js';
import type { DriverType } from './driver-type.js';

/**
 * Whether the same request may be sent again after a run that may have written. The root driver finds its run's
 * execution again; the others make a second one, and every task that reads a sibling's output then fails
 * (kubeflow/pipelines backend/src/v2/metadata/client.go, "two tasks have the same task name").
 */
export function resendAfterWrite(type: DriverType): Resend {
  return type === 'ROOT_DAG' ? 'safe' : 'may-drive-twice';
}
