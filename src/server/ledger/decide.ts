import { executionTypes, type StoredExecution } from '../metadata-store/metadata-store.js';
import type { DrivenTask } from './driven-task.js';
import { type ExecutionRecord, readRecord } from './execution-record.js';

/** What is to be done with a task, from the executions that ML Metadata has for it. */
export type Decision =
  | { readonly kind: 'replay'; readonly execution: StoredExecution; readonly record: ExecutionRecord }
  | { readonly kind: 'refuse'; readonly execution: StoredExecution; readonly why: string }
  | RunDecision;

/** The task's driver is to run. */
export interface RunDecision {
  readonly kind: 'run';
  readonly because: RunReason | 'none';
  /** Those of the task that were there, the ones that made it so first. */
  readonly executions: readonly StoredExecution[];
  /** To be taken out of their DAG first: earlier attempts at the task. */
  readonly superseded: readonly StoredExecution[];
  /** The same: executions whose answer nobody heard. */
  readonly orphans: readonly StoredExecution[];
}

/** Why a task that has executions runs all the same; where there are several reasons, the first of these counts. */
const reasons = ['void', 'supersede', 'run again', 'foreign'] as const;
export type RunReason = (typeof reasons)[number];

/** The states that a driver leaves behind; every other one is a launcher's. */
const driverStates: readonly string[] = ['RUNNING', 'CANCELED', 'CACHED'];

/** True for an execution of this very task. Names are compared here: a database may ignore case. */
export function isOfTask(
  { properties }: StoredExecution,
  { name, parentId, iteration }: DrivenTask,
): boolean {
  const text = (key: string) => properties[key]?.string_value ?? '';
  const itsName = text('task_name') === '' ? text('display_name') : text('task_name');
  const itsIteration = properties['iteration_index']?.int_value;
  return (
    properties['parent_dag_id']?.int_value === parentId &&
    itsName === name &&
    itsIteration === (iteration === undefined ? undefined : String(iteration))
  );
}

/**
 * Decides about a DAG or a CONTAINER by the executions of its key: docs/durability.md has the cases in words. Whether an
 * orphan has children is left to whoever carries the decision out.
 */
export function decide(task: DrivenTask, found: readonly StoredExecution[]): Decision {
  const known = found.map((execution) => ({ execution, record: readRecord(execution) }));
  // The newest first: ids rise.
  known.sort((left, right) => (BigInt(left.execution.id) < BigInt(right.execution.id) ? 1 : -1));
  for (const { execution, record } of known) {
    if (record !== undefined && record !== 'unreadable' && isSame(record, task)) {
      return { kind: 'replay', execution, record };
    }
  }
  const sorted = known.map(({ execution, record }) => ({ execution, ...sort(execution, record, task) }));
  const refused = sorted.find(({ as }) => as === 'refused');
  if (refused !== undefined) {
    return { kind: 'refuse', execution: refused.execution, why: refused.why ?? '' };
  }
  const because = reasons.find((reason) => sorted.some(({ as }) => as === reason)) ?? 'none';
  const all = (wanted: RunReason) =>
    sorted.filter(({ as }) => as === wanted).map(({ execution }) => execution);
  const executions = reasons.flatMap(all);
  return { kind: 'run', because, executions, superseded: all('supersede'), orphans: all('void') };
}

/** What one execution means for another run of its task. */
function sort(
  execution: StoredExecution,
  record: ExecutionRecord | 'unreadable' | undefined,
  task: DrivenTask,
): { readonly as: RunReason | 'refused'; readonly why?: string } {
  if (record === 'unreadable') {
    return { as: 'refused', why: 'has a record that this version cannot read' };
  }
  if (record !== undefined && record.fingerprint !== task.fingerprint) {
    return { as: 'foreign' };
  }
  if (record === undefined && task.isVolumeTask) {
    return { as: 'refused', why: 'is a volume task: its driver may have made or deleted the volume' };
  }
  if (execution.name !== '') {
    // KFP finds it again by its name.
    return { as: 'run again' };
  }
  if (record !== undefined) {
    return { as: 'supersede' };
  }
  const why = whyNoOrphan(execution, task);
  return why === undefined ? { as: 'void' } : { as: 'refused', why };
}

function isSame(record: ExecutionRecord, { fingerprint, node }: DrivenTask): boolean {
  return record.fingerprint === fingerprint && record.node === node;
}

/** Why an execution without a record cannot be a driver's whose answer nobody heard; undefined if it may be. */
function whyNoOrphan(
  { type, state, properties }: StoredExecution,
  { type: driver }: DrivenTask,
): string | undefined {
  if (type !== (driver === 'DAG' ? executionTypes.dag : executionTypes.container)) {
    return `is of another type (${type})`;
  }
  if (!driverStates.includes(state)) {
    return `is ${state}`;
  }
  if (state === 'CACHED' && (properties['cached_execution_id']?.string_value ?? '') === '') {
    return 'is CACHED by somebody else than its driver';
  }
  if ((properties['pod_name']?.string_value ?? '') !== '') {
    return 'has a pod';
  }
  return undefined;
}
