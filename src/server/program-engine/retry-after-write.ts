import type { DriverType } from '../../contract/driver-type.js';
import type { RetrySafety } from '../drive-failure.js';

/** Whether a driver of a type may run again after one that may have written. */
export type RetryAfterWrite = (type: DriverType) => RetrySafety;

/**
 * A root driver that finds its run's execution again may; the others make a second one, and every task that reads a
 * sibling's output then fails (kubeflow/pipelines backend/src/v2/metadata/client.go, "two tasks have the same task name").
 * Where the ledger finds what a driver left behind (`findsOrphans`) and takes it out of the way, all may.
 */
export function createRetryAfterWrite(rootIsIdempotent: boolean, findsOrphans = false): RetryAfterWrite {
  return (type) => (findsOrphans || (type === 'ROOT_DAG' && rootIsIdempotent) ? 'safe' : 'unsafe');
}
