import type { DriverType } from '../../contract/driver-type.js';
import type { RetrySafety } from '../drive-failure.js';

/**
 * Whether the same request may be sent again after a run that may have written. The root driver finds its run's
 * execution again; the others make a second one, and every task that reads a sibling's output then fails
 * (kubeflow/pipelines backend/src/v2/metadata/client.go, "two tasks have the same task name").
 */
export function retryAfterWrite(type: DriverType): RetrySafety {
  return type === 'ROOT_DAG' ? 'safe' : 'unsafe';
}
