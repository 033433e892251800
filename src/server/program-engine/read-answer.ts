import { type DriverType, driverTypeNames } from '../../contract/driver-type.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { toStatusError } from '../drive-failure.js';
import type { RetryAfterWrite } from './retry-after-write.js';
import type { FlagValue } from './to-flags.js';

/** A file that the driver writes, and the field of the answer that it becomes. */
interface OutputFile {
  readonly name: string;
  readonly flag: string;
  readonly types: readonly DriverType[];
  /** Types for which an answer without it is a broken answer. */
  readonly neededFor: readonly DriverType[];
  /** Undefined for contents that KFP never writes. */
  readonly parse: (text: string) => ExecuteResponse | undefined;
}

const everyType = driverTypeNames;
const dags: readonly DriverType[] = ['ROOT_DAG', 'DAG'];
const container: readonly DriverType[] = ['CONTAINER'];

const maxInt64 = 2n ** 63n - 1n;
const maxInt32 = 2 ** 31 - 1;

/** What KFP's driver writes (kubeflow/pipelines backend/src/v2/cmd/driver/main.go, handleExecution). */
export const outputFiles: readonly OutputFile[] = [
  {
    name: 'execution-id',
    flag: 'execution_id_path',
    types: everyType,
    neededFor: dags,
    parse: (text) =>
      /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= maxInt64 ? { execution_id: text } : undefined,
  },
  {
    // KFP 3.0: the task's own id, which is the parent's id for the tasks below it.
    name: 'task-id',
    flag: 'parent_task_id_path',
    types: everyType,
    neededFor: dags,
    parse: (text) => (/^[\x21-\x7e]{1,256}$/.test(text) ? { task_id: text } : undefined),
  },
  {
    name: 'iteration-count',
    flag: 'iteration_count_path',
    types: dags,
    neededFor: ['ROOT_DAG'],
    parse: (text) =>
      /^\d{1,10}$/.test(text) && Number(text) <= maxInt32 ? { iteration_count: Number(text) } : undefined,
  },
  {
    name: 'condition',
    flag: 'condition_path',
    types: everyType,
    // A DAG without a condition writes "nil" in newer versions, and nothing in older ones.
    neededFor: ['ROOT_DAG', 'CONTAINER'],
    // "nil" is the driver's word for a task without a condition.
    parse: (text) => (text === 'nil' ? {} : mapBoolean(text, (condition) => ({ condition }))),
  },
  {
    name: 'cached-decision',
    flag: 'cached_decision_path',
    types: container,
    neededFor: [],
    parse: (text) => mapBoolean(text, (cached) => ({ cached })),
  },
  {
    name: 'pod-spec-patch',
    flag: 'pod_spec_patch_path',
    types: container,
    neededFor: [],
    parse: (text) => (isObjectText(text) ? { pod_spec_patch: text } : undefined),
  },
];

/** The flags for the files of a driver type that this program writes. */
export function outputFlags(
  known: ReadonlySet<string>,
  type: DriverType,
  file: (name: string) => string,
): FlagValue[] {
  return filesOf(known, type).map(({ flag, name }): FlagValue => [flag, file(name)]);
}

/**
 * Reads the files of a driver that ended well. A file that is not there leaves its field absent, as in KFP; one that
 * every version of KFP writes (a DAG's id, the condition of a task and of the root), or contents that KFP never
 * writes, are INTERNAL, with the file's name and nothing of it.
 */
export async function readAnswer(
  known: ReadonlySet<string>,
  type: DriverType,
  read: (name: string) => Promise<string | undefined>,
  retryAfterWrite: RetryAfterWrite,
): Promise<ExecuteResponse> {
  let response: ExecuteResponse = {};
  for (const { name, parse, neededFor } of filesOf(known, type)) {
    const text = await read(name);
    if (text === undefined && neededFor.includes(type)) {
      throw broken(type, name, 'wrote no', retryAfterWrite);
    }
    if (text === undefined) {
      continue;
    }
    const field = parse(text);
    if (field === undefined) {
      throw broken(type, name, 'wrote something unexpected as', retryAfterWrite);
    }
    response = { ...response, ...field };
  }
  return response;
}

function filesOf(known: ReadonlySet<string>, type: DriverType): OutputFile[] {
  return outputFiles.filter(({ flag, types }) => known.has(flag) && types.includes(type));
}

function broken(type: DriverType, file: string, what: string, retryAfterWrite: RetryAfterWrite) {
  return toStatusError({
    status: 'INTERNAL',
    reason: 'OUTPUT_MISSING',
    message: `the ${type} driver ended well, but ${what} ${file}`,
    retry: retryAfterWrite(type),
    metadata: { file },
  });
}

function mapBoolean(text: string, toField: (value: boolean) => ExecuteResponse): ExecuteResponse | undefined {
  return text === 'true' || text === 'false' ? toField(text === 'true') : undefined;
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
