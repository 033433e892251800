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
  /** How many processes have held the Lease, one after the other; undefined where there is none. */
  readonly holders?: number;
}

/** A driver server as a process of its own, at one of two places at a time; or two of which one drives. */
export interface DriverUnderTest {
  /** The ports that it may listen on. */
  readonly ports: readonly [number, number];
  /** Of two, whichever does not run. */
  start(place: 0 | 1, temper: DriverTemper): Promise<void>;
  /** SIGKILL; resolves when it has ended. Of two, the one that drives; so with whatever else happens to it. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended. */
  drain(): Promise<void>;
  /** Ends whatever runs. */
  endAll(): Promise<void>;
  /** SIGSTOP, where another one may drive meanwhile, and SIGCONT after so many durations of the Lease. */
  readonly stopHolder?: (leases: number) => void;
  /** Cuts it from Kubernetes, and ends that after so many durations of the Lease. */
  readonly cutKubernetes?: (leases: number) => void;
  /** Opens or closes the port of what the driver depends on, where it depends on something. */
  readonly setMetadata?: (isThere: boolean) => void | Promise<void>;
  /** Execution id of the DAG that the tasks belong to, where the driver asks for one that is there. */
  readonly parentId?: string;
  /** What KFP's launcher does to an execution; it resolves when its pod has ended. */
  readonly launch?: (executionId: string, end: 'COMPLETE' | 'FAILED') => Promise<void>;
  /** What its ledger left in ML Metadata; after `close`. */
  readonly durableEnd?: () => Promise<DurableEnd>;
  /** Closes what stood beside the driver. */
  readonly close?: () => Promise<void>;
  /** All executions so far, those of killed processes as well. */
  executions(): Promise<readonly Execution[]>;
  /** The calls that have ended so far. */
  calls(): Promise<readonly SeenCall[]>;
}
