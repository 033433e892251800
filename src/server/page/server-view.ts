import type { LeaseView } from '../lease/lease.js';
import type { EngineLoad, ServerState } from '../measures.js';
import type { CallRecord } from './call-record.js';

/** What the page shows of the server itself. */
export interface ServerView {
  readonly version: string;
  readonly engine: string;
  /** Undefined where no driver program runs. */
  readonly driverVersion: string | undefined;
  readonly namespace: string;
  /** Why it takes nothing new; undefined while it does. */
  readonly unready: string | undefined;
  readonly state: ServerState;
  /** Undefined for an engine without a queue. */
  readonly load: EngineLoad | undefined;
  /** Why the engine cannot drive; undefined while it can. */
  readonly outage: string | undefined;
  /** Undefined without LEASE_NAME. */
  readonly lease: LeaseView | undefined;
  readonly ledger: { readonly place: string; readonly entries: number; readonly bytes: number };
}

/** All that a page is made of. Times are epoch milliseconds. */
export interface Snapshot {
  readonly nowMs: number;
  readonly server: ServerView;
  readonly calls: readonly CallRecord[];
  /** Ended calls that are not known any more. */
  readonly forgotten: number;
}
