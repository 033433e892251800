import type { LogFacts } from '../common/logger.js';
import type { ExecuteRequest__Output } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { StatusError } from '../contract/status-error.js';
import type { EngineLoad, ObserveStage } from './measures.js';

/** What an engine may know of a call beside its request. */
export interface DriveContext {
  /** When the caller stops waiting, epoch milliseconds; Infinity without a deadline. Nobody is obliged to stop then. */
  readonly deadlineMs: number;
  /** Size of the request on the wire: what holding it costs, up to twice. */
  readonly requestBytes: number;
  /** True once a second caller has asked for this same call. */
  readonly joined: () => boolean;
  /**
   * Aborted when the server must end now (grace over, or its right to drive is lost: `rightLost`): the engine ends its
   * work and rejects.
   */
  readonly signal: AbortSignal;
  /** Told of the stages of the drive. */
  readonly observe?: ObserveStage;
  /** Undefined while it may be driven; else why not. Asked right before anything that another could see. */
  readonly refusal?: () => StatusError | undefined;
}

/** The driver's answer, and what the log may say about how it came to be (exit code, queue time, ...). */
export interface EngineAnswer {
  readonly response: ExecuteResponse;
  readonly facts?: LogFacts;
}

/** Runs one driver for one request. Request in, response or StatusError out. */
export interface Engine {
  readonly name: string;
  /**
   * Begins what it does beside calls, once its server listens, and resolves when it knows whether it can drive. Calls that come
   * earlier are driven as any.
   */
  begin?(): Promise<void>;
  /**
   * Resolves with the driver's answer, or rejects with a StatusError. Called once per attempt at a task. A refusal
   * before anything was driven has `details.retryDelayMs`, or "retry" = "safe" in its ErrorInfo: it is not kept, and
   * the next call of the same request_id is a new one.
   */
  drive(request: ExecuteRequest__Output, context: DriveContext): Promise<EngineAnswer>;
  /** Undefined when it can drive; else one sentence why it cannot now. Health says NOT_SERVING then. */
  outage?(): string | undefined;
  /** How busy it is; absent where nothing is bounded. */
  load?(): EngineLoad;
  close(): Promise<void>;
}
