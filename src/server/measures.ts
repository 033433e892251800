import type { LogFacts } from '../common/logger.js';
import { type Status, StatusError } from '../contract/status-error.js';
import type { LedgerOutcome } from './ledger/ledger-outcome.js';

/** A part of a call's way. Times are milliseconds of performance.now(). */
export interface Stage {
  readonly name: StageName;
  readonly beganMs: number;
  readonly endedMs: number;
  /** How it failed; undefined where it went well. */
  readonly failure: { readonly status: Status; readonly reason: string | undefined } | undefined;
  /** Ids, sizes and times. */
  readonly facts: LogFacts;
}

export type StageName = 'references' | 'ledger claim' | 'queue' | 'program' | 'ledger finish';

/** Told of each stage of one call as it ends. */
export type ObserveStage = (stage: Stage) => void;

/** Runs one stage of a call and tells of its end. Costs nothing where nobody observes. */
export async function inStage<Value>(
  observe: ObserveStage | undefined,
  name: StageName,
  work: () => Promise<Value>,
  facts: LogFacts = {},
  factsOf: (value: Value) => LogFacts = () => ({}),
): Promise<Value> {
  if (observe === undefined) {
    return work();
  }
  const beganMs = performance.now();
  const end = (failure: Stage['failure'], more: LogFacts) =>
    observe({ name, beganMs, endedMs: performance.now(), failure, facts: { ...facts, ...more } });
  try {
    const value = await work();
    end(undefined, factsOf(value));
    return value;
  } catch (thrown) {
    const { status, details } = StatusError.from(thrown);
    const exitCode = details.errorInfo?.metadata['exitCode'];
    end(
      { status, reason: details.errorInfo?.reason },
      exitCode === undefined ? {} : { exitCode: Number(exitCode) },
    );
    throw thrown;
  }
}

/** A call of Execute that has its status, whoever gave it. */
export interface CallEnd {
  /** Of the request's DriverType on the wire; undefined where it was not read. */
  readonly type: unknown;
  readonly status: Status;
  /** Of its ErrorInfo. */
  readonly reason: string | undefined;
  readonly ms: number;
}

/**
 * What the server tells of its work to whoever measures it. The functions return at once and never throw; each part of
 * the server is given those that it needs.
 */
export interface ServerMeasures {
  callEnded(end: CallEnd): void;
  repeated(kind: 'joined' | 'replayed' | 'conflict'): void;
  stageEnded(stage: Stage): void;
  /** The ledger forgot a request for want of room; `broken` where the contract's 10 minutes were not over. */
  evicted(promise: 'kept' | 'broken'): void;
  /** ML Metadata decided a claim, or was written to. */
  ledgerDecided(outcome: LedgerOutcome): void;
  /** ML Metadata was asked, and answered or not. */
  metadataAsked(ms: number): void;
  /** A workflow was read from Kubernetes, or not. */
  kubernetesRead(ms: number, reason: string | undefined): void;
  /** The certificate that new connections are shown, as PEM. */
  certificateShown(pem: Buffer): void;
}

export const noMeasures: ServerMeasures = {
  callEnded() {},
  repeated() {},
  stageEnded() {},
  evicted() {},
  ledgerDecided() {},
  metadataAsked() {},
  kubernetesRead() {},
  certificateShown() {},
};

/** What is to be read of a server at any time. */
export interface ServerState {
  readonly draining: boolean;
  readonly openCalls: number;
  readonly connections: number;
}

/** The same of an engine. */
export interface EngineLoad {
  readonly programs: number;
  readonly maxPrograms: number;
  readonly queuedCalls: number;
  readonly maxQueuedCalls: number;
  readonly queuedBytes: number;
  readonly maxQueuedBytes: number;
  /** Undefined where no ML Metadata is asked, and until it has answered, or had its time to. */
  readonly metadataUp: boolean | undefined;
}
