import { LRUCache } from 'lru-cache';
import type {
  _ml_metadata_Execution_State,
  Execution,
  Execution__Output,
} from './generated/ml_metadata/Execution.js';
import type { Value, Value__Output } from './generated/ml_metadata/Value.js';
import type { MetadataAddress } from './metadata-address.js';
import { createMetadataClient, MetadataError, type MetadataTimes } from './metadata-client.js';

/** The types of the executions that KFP's drivers make (kubeflow/pipelines backend/src/v2/metadata/client.go). */
export const executionTypes = {
  dag: 'system.DAGExecution',
  container: 'system.ContainerExecution',
} as const;
export type ExecutionTypeName = (typeof executionTypes)[keyof typeof executionTypes];

/** An execution as it was read; ids are decimal texts. */
export interface StoredExecution {
  readonly id: string;
  readonly type: string;
  /** "" for an execution without a name. */
  readonly name: string;
  readonly state: string;
  readonly properties: Readonly<Record<string, Value__Output>>;
}

/** KFP's run: a context of type system.PipelineRun. */
export interface StoredRun {
  readonly contextId: string;
  /** "" where nobody has said. */
  readonly namespace: string;
}

/** What is set on an execution; all else stays as it is. */
export interface ExecutionChange {
  readonly id: string;
  readonly type: string;
  readonly state?: Extract<_ml_metadata_Execution_State, string>;
  readonly properties: Readonly<Record<string, Value>>;
}

/** What narrows a look-up down: its answer has all executions of the task, and may have others. */
export interface TaskHint {
  readonly name: string;
  readonly iteration: number | undefined;
}

/** The few questions that the ledger asks ML Metadata. Each rejects with a MetadataError when the budget is over. */
export interface MetadataStore {
  /** The run of an id; kept once it is there. */
  run(runId: string): Promise<StoredRun | undefined>;
  /** Every execution of a run below one of these parents, or those of them that may be a task's. */
  executionsBelow(
    run: StoredRun,
    parentIds: readonly string[],
    task?: TaskHint,
  ): Promise<readonly StoredExecution[]>;
  executionNamed(type: ExecutionTypeName, name: string): Promise<StoredExecution | undefined>;
  change(change: ExecutionChange): Promise<void>;
  close(): void;
}

const runType = 'system.PipelineRun';
/** The most that ML Metadata gives at once. */
const pageSize = 100;
const maxKeptRuns = 10_000;

/** The store behind a connection. What it keeps (runs, ids of types) is forgotten when the connection breaks. */
export function createMetadataStore(address: MetadataAddress, times?: MetadataTimes): MetadataStore {
  const runs = new LRUCache<string, StoredRun>({ max: maxKeptRuns });
  const typeIds = new Map<string, string>();
  const forget = () => {
    runs.clear();
    typeIds.clear();
  };
  const client = createMetadataClient(address, forget, times);
  const typeIdOf = async (type: string): Promise<string> => {
    const known = typeIds.get(type);
    if (known !== undefined) {
      return known;
    }
    const { execution_type } = await client.call('GetExecutionType', { type_name: type });
    const id = execution_type?.id ?? '0';
    typeIds.set(type, id);
    return id;
  };
  const put = async ({ id, type, state, properties }: ExecutionChange): Promise<void> => {
    const execution: Execution = {
      id,
      type_id: await typeIdOf(type),
      custom_properties: properties,
      ...(state !== undefined && { last_known_state: state }),
    };
    const paths = Object.keys(properties).map((name) => `custom_properties.${name}`);
    const update_mask = { paths: state === undefined ? paths : [...paths, 'last_known_state'] };
    await client.call('PutExecutions', { executions: [execution], update_mask });
  };
  return {
    close: client.close,
    run: async (runId) => {
      const known = runs.get(runId);
      if (known !== undefined) {
        return known;
      }
      const { context } = await client.call('GetContextByTypeAndName', {
        type_name: runType,
        context_name: runId,
      });
      // MySQL's collation takes names for equal that are not.
      if (context?.id === undefined || context.name !== runId) {
        return undefined;
      }
      const namespace = context.custom_properties?.['namespace']?.string_value ?? '';
      const run = { contextId: context.id, namespace };
      runs.set(runId, run);
      return run;
    },
    executionsBelow: async ({ contextId }, parentIds, task) => {
      const filter_query = filterOf(parentIds, task);
      const found: StoredExecution[] = [];
      let token: string | undefined;
      do {
        const options = { max_result_size: pageSize, filter_query, ...(token && { next_page_token: token }) };
        const page = await client.call('GetExecutionsByContext', { context_id: contextId, options });
        found.push(...(page.executions ?? []).map(toStored));
        token = page.next_page_token;
      } while (token);
      return found;
    },
    executionNamed: async (type, name) => {
      const { execution } = await client.call('GetExecutionByTypeAndName', {
        type_name: type,
        execution_name: name,
      });
      return execution?.name === name ? toStored(execution) : undefined;
    },
    change: async (change) => {
      const isKept = typeIds.has(change.type);
      try {
        await put(change);
      } catch (thrown) {
        // A store that was filled anew has other ids.
        if (!isKept || !(thrown instanceof MetadataError) || thrown.status !== 'INVALID_ARGUMENT') {
          throw thrown;
        }
        typeIds.delete(change.type);
        await put(change);
      }
    },
  };
}

/** Names that need no quoting, in any language that a filter may be turned into. */
const plainName = /^[\w .-]{1,200}$/;

/**
 * Whoever asks compares names again, because a database's collation may ignore case. KFP's drivers set task_name on all
 * executions, to "" where they know none; one without the property is not found by it. Syntax:
 * https://github.com/google/ml-metadata/blob/master/ml_metadata/proto/metadata_store.proto, ListOperationOptions.
 */
function filterOf(parentIds: readonly string[], { name = '', iteration }: Partial<TaskHint> = {}): string {
  const [first] = parentIds;
  const parent = 'custom_properties.parent_dag_id.int_value';
  const named = 'custom_properties.task_name.string_value';
  return [
    parentIds.length === 1 ? `${parent} = ${first}` : `${parent} IN (${parentIds.join(', ')})`,
    ...(iteration === undefined ? [] : [`custom_properties.iteration_index.int_value = ${iteration}`]),
    ...(plainName.test(name) ? [`(${named} = "${name}" OR ${named} = "")`] : []),
  ].join(' AND ');
}

function toStored(execution: Execution__Output): StoredExecution {
  return {
    id: execution.id ?? '0',
    type: execution.type ?? '',
    name: execution.name ?? '',
    state: execution.last_known_state ?? 'UNKNOWN',
    properties: execution.custom_properties ?? {},
  };
}
