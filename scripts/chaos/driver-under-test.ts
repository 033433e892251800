/** How a driver server behaves from one start to the next. */
export interface DriverTemper {
  /** How long a drive takes, as the dev-driver's --delay-ms takes it. */
  readonly delay: string;
  /** Status of the calls that fail before they are driven, and how many do. */
  readonly status: string;
  readonly probability: number;
  /** How many of the first calls fail. */
  readonly failFirst?: number;
  readonly retryInfoMs: number | undefined;
  /** How many good answers are lost on their way. */
  readonly loseAnswers: number;
}

/** One effect that a driver had: it must be the only one of its task. */
export interface Execution {
  readonly task: string;
  readonly requestId: string;
  readonly executionId: string;
}

/** One call that a driver saw, whether it drove or not. */
export interface SeenCall {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly arrivedMs: number;
}

/** What a run left in ML Metadata. */
export interface DurableEnd {
  /** Executions beyond one of each task that KFP would see in the DAG. */
  readonly twins: number;
  /** Executions whose answer nobody heard. */
  readonly voided: number;
  /** Executions of attempts that came to nothing. */
  readonly superseded: number;
  /** Answers that were read from there. */
  readonly replayed: number;
}

/** A driver server as a process of its own, at one of two places at a time. */
export interface DriverUnderTest {
  /** The ports that it may listen on. */
  readonly ports: readonly [number, number];
  start(place: 0 | 1, temper: DriverTemper): Promise<void>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended. */
  drain(): Promise<void>;
  /** Opens or closes the port of what the driver depends on, where it depends on something. */
  readonly setMetadata?: (isThere: boolean) => void | Promise<void>;
  /** Execution id of the DAG that the tasks belong to, where the driver asks for one that is there. */
  readonly parentId?: string;
  /** What its ledger left in ML Metadata; after `close`. */
  readonly durableEnd?: () => Promise<DurableEnd>;
  /** Closes what stood beside the driver. */
  readonly close?: () => Promise<void>;
  /** All executions so far, those of killed processes as well. */
  executions(): Promise<readonly Execution[]>;
  /** The calls that have ended so far. */
  calls(): Promise<readonly SeenCall[]>;
}
