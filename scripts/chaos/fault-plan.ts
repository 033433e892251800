import type { ProxyMode } from '../../test/support/tcp-proxy.js';
import { createDice, type Dice } from './dice.js';
import type { DriverTemper } from './driver-under-test.js';
import { type ForeignTemper, harmlessTricks } from './foreign-front.js';

/** One fault; both lanes go through theirs one after the other, side by side. Times in milliseconds. */
export type Fault = { readonly atMs: number } & (
  | {
      readonly kind: 'driver ends';
      readonly signal: 'SIGKILL' | 'SIGTERM';
      readonly awayMs: number;
      readonly place: 0 | 1;
      readonly temper: DriverTemper;
    }
  | { readonly kind: 'driver connections are cut' }
  | { readonly kind: 'metadata is away'; readonly forMs: number }
  /** Both for so many durations of the Lease, while the lane goes on. */
  | { readonly kind: 'holder is stopped'; readonly leases: number }
  | { readonly kind: 'Kubernetes is away'; readonly leases: number }
  | {
      readonly kind: 'driver proxies';
      readonly modes: readonly [ProxyMode, ProxyMode];
      readonly forMs: number;
      readonly bytes: number;
    }
  | { readonly kind: 'sidecar ends'; readonly signal: 'SIGKILL' | 'SIGTERM' }
  | { readonly kind: 'agent restarts'; readonly awayMs: number }
  | { readonly kind: 'agent connections are cut' }
  | { readonly kind: 'agent proxy'; readonly mode: ProxyMode; readonly forMs: number; readonly bytes: number }
);

export interface PlannedTask {
  readonly atMs: number;
  readonly padding: number;
  /** In how many attempts at its DAG its pod ends in an Error; 0 where nothing retries a DAG. */
  readonly podFailures: number;
}

/** Everything that a seed decides. */
export interface Plan {
  readonly seed: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly retries: number;
  /**
   * plain: tasks over time. wide: one loop whose templates and answers nearly fill the task set. dags: tasks in DAGs
   * of three, some of whose pods fail, with what KFP sets for all templates: each is retried twice on Error, the DAG too.
   */
  readonly shape: 'plain' | 'wide' | 'dags';
  /** A proxy in front of the driver, or a server that is not this project's; undefined for none. */
  readonly foreign: ForeignTemper | undefined;
  readonly temper: DriverTemper;
  /** When each task is submitted, and how large its argument is made. */
  readonly tasks: readonly PlannedTask[];
  readonly driverLane: readonly Fault[];
  readonly agentLane: readonly Fault[];
}

/** Waits of Argo and times of the settings are this much shorter than in life. */
export const scale = 0.2;
const msPerTask = 48;
/** With two replicas: each loss of the Lease's holder takes some seconds. */
const msPerReplicatedTask = 200;

/** What a plan is for. */
export interface PlanFor {
  /** Driver servers that try for one Lease. */
  readonly replicas: 1 | 2;
  /** Whether the ledger is in ML Metadata, which knows what a DAG that is retried has. */
  readonly isDurable: boolean;
}

/**
 * Draws a plan. Half of the seeds let calls end in a status that is final, with Argo's retries after it, and never
 * end the sidecar: one that comes back cannot know how many attempts a node had, and would repeat the first while
 * the second may be at the driver. That is a limit of a sidecar without a disk, not of a seed.
 */
export function drawPlan(
  seed: number,
  tasks: number,
  { replicas, isDurable }: PlanFor = { replicas: 1, isDurable: false },
): Plan {
  const dice = createDice(seed);
  const shapes = isDurable ? durableShapes : usualShapes;
  const shape = shapes[seed % shapes.length] ?? 'plain';
  const retried = shape === 'dags' || dice.chance(0.5);
  const lengthMs = Math.max(10_000, tasks * (replicas === 2 ? msPerReplicatedTask : msPerTask));
  return {
    seed,
    shape,
    settings: {
      ...drawSettings(dice, retried && shape !== 'dags'),
      // pick_first stays with one that waits for its Lease.
      ...(replicas === 2 && { DRIVER_LOAD_BALANCING: 'round_robin' }),
    },
    retries: shape === 'dags' ? kfpRetries : retried ? 25 : 0,
    temper: drawTemper(dice, retried),
    foreign: dice.chance(0.5) ? drawForeign(dice, retried) : undefined,
    tasks:
      shape === 'wide'
        ? wideTasks()
        : drawTasks(dice, tasks, lengthMs, shape === 'dags' ? createDice(-seed) : undefined),
    driverLane: drawLane(lengthMs, () => [
      dice.between(400, 3_000),
      drawDriverFault(dice, retried, replicas),
    ]),
    agentLane: drawLane(lengthMs, () => [dice.between(3_500, 5_000), drawAgentFault(dice, retried)]),
  };
}

/** workflowDefaults.templateDefaults.retryStrategy of KFP's manifests since 2.17: limit 2, OnError. */
export const kfpRetries = 2;

/** By turns, so that a few seeds have them all. */
const usualShapes = ['plain', 'dags', 'plain', 'wide'] as const;
const durableShapes = ['plain', 'dags', 'dags', 'wide'] as const;

/** `podDice` decides which pods fail, in DAGs, without a hand in what else a seed decides. */
function drawTasks(dice: Dice, count: number, lengthMs: number, podDice: Dice | undefined): PlannedTask[] {
  return Array.from({ length: count }, () => ({
    // Four to a moment: loops of a pipeline begin together.
    atMs: Math.floor(dice.between(0, lengthMs * 0.8) / 1_500) * 1_500,
    padding: dice.chance(0.05) ? dice.between(5_000, 30_000) : dice.between(0, 400),
    podFailures: podDice?.chance(0.1) === true ? podDice.between(1, kfpRetries) : 0,
  }));
}

/** 400 tasks of 4 KB with answers of 3 KB; so many at once that Argo just takes their templates. */
function wideTasks(): PlannedTask[] {
  return Array.from({ length: 400 }, (_, index) => ({
    atMs: index < 320 ? 0 : 25_000,
    padding: 2_700,
    podFailures: 0,
  }));
}

function drawForeign(dice: Dice, retried: boolean): ForeignTemper {
  return {
    probability: dice.pick([0.05, 0.2]),
    maxConcurrentStreams: dice.pick([undefined, undefined, 1]),
    tricks: retried ? [...harmlessTricks, 'answer too large'] : harmlessTricks,
  };
}

function drawSettings(dice: Dice, retried: boolean): Record<string, string> {
  return {
    TIMEOUT_SECONDS: dice.pick(['0.8', '3', '24']),
    STEP_TIMEOUT_SECONDS: retried ? dice.pick(['3', '120']) : '120',
    ANSWER_WINDOW_SECONDS: '4',
    WAIT_MESSAGE_AFTER_SECONDS: '6',
    AGENT_PATCH_RATE_SECONDS: '2',
    TAKE_UP_SECONDS: '12',
    CONNECT_TIMEOUT_SECONDS: '1',
    KEEPALIVE_SECONDS: '1',
    KEEPALIVE_TIMEOUT_SECONDS: '0.5',
    IDLE_TIMEOUT_SECONDS: dice.pick(['1', '12']),
    MAX_CONCURRENT_CALLS: dice.pick(['48', '256']),
    MAX_LEDGER_ENTRIES: retried ? '20000' : dice.pick(['150', '20000']),
    MAX_OUTPUT_BYTES: dice.pick(['131072', '524288']),
    DRIVER_LOAD_BALANCING: dice.pick(['round_robin', 'pick_first']),
    SHUTDOWN_GRACE_SECONDS: '1.5',
  };
}

function drawTemper(dice: Dice, retried: boolean): DriverTemper {
  const passing = ['UNAVAILABLE', 'ABORTED', 'RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED'] as const;
  const lasting = ['INTERNAL', 'PERMISSION_DENIED', 'UNKNOWN', 'UNAUTHENTICATED'] as const;
  return {
    delay: dice.pick(['20', 'uniform:10-400', 'exp:200', 'uniform:200-2500']),
    status: dice.pick(retried ? [...passing, ...lasting] : passing),
    probability: dice.pick([0, 0.1, 0.3]),
    retryInfoMs: dice.pick([undefined, 50, 800]),
    loseAnswers: dice.pick([0, 0.1, 0.3]),
  };
}

function drawLane(lengthMs: number, draw: () => readonly [pauseMs: number, fault: Unplaced]): Fault[] {
  const lane: Fault[] = [];
  let [pauseMs, fault] = draw();
  for (let atMs = pauseMs; atMs < lengthMs; atMs += pauseMs) {
    lane.push({ atMs, ...fault });
    const tookMs = ('awayMs' in fault ? fault.awayMs : 0) + ('forMs' in fault ? fault.forMs : 0);
    [pauseMs, fault] = draw();
    pauseMs += tookMs;
  }
  return lane;
}

type WithoutPlace<F> = F extends unknown ? Omit<F, 'atMs'> : never;
type Unplaced = WithoutPlace<Fault>;

function drawDriverFault(dice: Dice, retried: boolean, replicas: 1 | 2): Unplaced {
  const usual = ['ends', 'ends', 'cut', 'proxies', 'proxies', 'metadata'] as const;
  const kind = dice.pick(
    replicas === 2 ? [...usual, 'stopped' as const, 'stopped' as const, 'Kubernetes' as const] : usual,
  );
  if (kind === 'stopped') {
    // Some go on before another one drives, some after.
    return { kind: 'holder is stopped', leases: dice.between(2, 25) / 10 };
  }
  if (kind === 'Kubernetes') {
    return { kind: 'Kubernetes is away', leases: dice.between(2, 25) / 10 };
  }
  if (kind === 'metadata') {
    return { kind: 'metadata is away', forMs: dice.between(300, 3_000) };
  }
  if (kind === 'cut') {
    return { kind: 'driver connections are cut' };
  }
  if (kind === 'proxies') {
    const modes = ['drop', 'silent', 'cut reply', 'frozen', 'forward'] as const;
    return {
      kind: 'driver proxies',
      modes: [dice.pick(modes), dice.pick(modes)],
      forMs: dice.between(300, 2_500),
      bytes: dice.between(0, 2_000),
    };
  }
  return {
    kind: 'driver ends',
    signal: dice.pick(['SIGKILL', 'SIGKILL', 'SIGTERM']),
    awayMs: dice.between(0, 2_500),
    place: dice.pick([0, 1]),
    temper: drawTemper(dice, retried),
  };
}

/** Never more than four attempts of one POST are spoiled: after the fifth Argo itself gives the node up. */
function drawAgentFault(dice: Dice, retried: boolean): Unplaced {
  const kind = dice.pick(['ends', 'restarts', 'cut', 'proxy', 'proxy'] as const);
  if (kind === 'cut') {
    return { kind: 'agent connections are cut' };
  }
  if (kind === 'ends' && !retried) {
    return { kind: 'sidecar ends', signal: dice.pick(['SIGKILL', 'SIGTERM']) };
  }
  if (kind === 'proxy') {
    return {
      kind: 'agent proxy',
      mode: dice.pick(['drop', 'silent', 'cut reply', 'frozen']),
      forMs: dice.between(100, 900),
      bytes: dice.between(0, 900),
    };
  }
  return { kind: 'agent restarts', awayMs: dice.between(0, 1_000) };
}
