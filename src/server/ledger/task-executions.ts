import {
  executionTypes,
  type MetadataStore,
  type StoredExecution,
  type StoredRun,
} from '../metadata-store/metadata-store.js';
import { decide, isOfTask, type RunDecision } from './decide.js';
import type { DrivenTask } from './driven-task.js';
import { type ExecutionRecord, recordProperty, voidedProperty } from './execution-record.js';
import { runElsewhere } from './ledger-failure.js';

/** What ML Metadata's executions say of a task. */
export type TaskHistory =
  /** It was driven: its answer. */
  | { readonly kind: 'driven'; readonly execution: StoredExecution; readonly response: Buffer }
  /** Whether it was driven cannot be told: why, as the end of a sentence about the execution. */
  | { readonly kind: 'unclear'; readonly execution: StoredExecution; readonly why: string }
  /** It may run, once what would be its twin is out of the way (clearTheWay). */
  | (RunDecision & { readonly run: StoredRun | undefined });

/** How an answer is read from an execution. */
export interface AnswerReader {
  readonly ofRecord: (record: ExecutionRecord) => Buffer | undefined;
  readonly ofRoot: (executionId: string) => Buffer;
}

const undriven = { kind: 'run', because: 'none', executions: [], superseded: [], orphans: [] } as const;

/** Looks a task up. Rejects with a StatusError for a run of another namespace. */
export async function historyOf(
  store: MetadataStore,
  namespace: string,
  task: DrivenTask,
  read: AnswerReader,
): Promise<TaskHistory> {
  const run = await store.run(task.runId);
  if (run === undefined) {
    return { ...undriven, run };
  }
  if (run.namespace !== '' && run.namespace !== namespace) {
    throw runElsewhere();
  }
  if (task.type === 'ROOT_DAG') {
    // Its name finds it, and its answer is its id.
    const execution = await store.executionNamed(executionTypes.dag, `run/${task.runId}`);
    return execution === undefined
      ? { ...undriven, run }
      : { kind: 'driven', execution, response: read.ofRoot(execution.id) };
  }
  const decision = decide(task, await executionsOf(store, run, task));
  if (decision.kind === 'run') {
    return { ...decision, run };
  }
  const { execution } = decision;
  if (decision.kind === 'refuse') {
    return { kind: 'unclear', execution, why: decision.why };
  }
  const response = read.ofRecord(decision.record);
  return response === undefined
    ? { kind: 'unclear', execution, why: 'has a record whose answer cannot be read' }
    : { kind: 'driven', execution, response };
}

async function executionsOf(
  store: MetadataStore,
  run: StoredRun,
  task: DrivenTask,
): Promise<readonly StoredExecution[]> {
  const siblings = await store.executionsBelow(run, [task.parentId], task);
  return siblings.filter((execution) => isOfTask(execution, task));
}

/**
 * Takes the executions that would be twins of the next one out of their DAG. Resolves with an orphan that has children,
 * and then changes nothing: somebody went on from it.
 */
export async function clearTheWay(
  store: MetadataStore,
  { run, orphans, superseded }: Extract<TaskHistory, { kind: 'run' }>,
): Promise<StoredExecution | undefined> {
  for (const orphan of orphans) {
    // Those that were taken out of it were its children once.
    const parents = [orphan.id, `-${orphan.id}`];
    const isDag = orphan.type === executionTypes.dag && run !== undefined;
    if (isDag && (await store.executionsBelow(run, parents)).length > 0) {
      return orphan;
    }
  }
  for (const execution of orphans) {
    await takeOut(store, execution, 'orphan');
  }
  for (const execution of superseded) {
    await takeOut(store, execution, 'superseded');
  }
  return undefined;
}

/** An orphan never was; of a superseded one state and outputs stay, for whoever reads the older attempt. */
function takeOut(
  store: MetadataStore,
  { id, type, properties }: StoredExecution,
  as: 'orphan' | 'superseded',
): Promise<void> {
  const parentId = properties['parent_dag_id']?.int_value ?? '0';
  return store.change({
    id,
    type,
    ...(as === 'orphan' && { state: 'CANCELED' }),
    properties: {
      parent_dag_id: { int_value: `-${parentId}` },
      [voidedProperty]: { string_value: as },
    },
  });
}

/**
 * The execution of a driver that ended well and named none, as those of volume tasks do: the only one of its key that
 * has no record.
 */
export async function executionWithoutId(
  store: MetadataStore,
  task: DrivenTask,
): Promise<string | undefined> {
  const run = await store.run(task.runId);
  const all = run === undefined ? [] : await executionsOf(store, run, task);
  const unrecorded = all.filter(({ properties }) => properties[recordProperty] === undefined);
  return unrecorded.length === 1 ? unrecorded[0]?.id : undefined;
}
