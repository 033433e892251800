import type { DriverType } from '../../contract/driver-type.js';
import type { StageName } from '../measures.js';

/** A call as the page remembers it: ids, names, times and a status. Times are epoch milliseconds. */
export interface CallRecord {
  /** In the order of arrival, from 1. */
  readonly number: number;
  readonly requestId: string;
  /** Of the Argo workflow; empty where the request does not say it. */
  readonly workflow: string;
  readonly namespace: string;
  readonly uid: string;
  readonly task: string;
  readonly node: string;
  /** Undefined where the request names none that is known. */
  readonly type: DriverType | undefined;
  /** Address of the sidecar. */
  readonly peer: string;
  readonly beganMs: number;
  readonly stages: readonly StageRecord[];
  /** Undefined while the call has no status. */
  readonly end: CallResult | undefined;
}

export interface StageRecord {
  readonly name: StageName;
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface CallResult {
  readonly endedMs: number;
  /** gRPC status. */
  readonly status: string;
  /** Of its ErrorInfo. */
  readonly reason: string | undefined;
  readonly repeat: 'joined' | 'replayed' | undefined;
  /** Whether the driver found the task in KFP's cache; undefined where it did not say. */
  readonly cached: boolean | undefined;
}
