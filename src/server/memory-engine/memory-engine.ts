import { randomUUID } from 'node:crypto';
import type { Logger } from '../../common/logger.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { Engine } from '../engine.js';
import { factsOfRequest } from '../facts-of-request.js';
import { fingerprintOfRequest } from '../fingerprint-request.js';
import { type Drive, type DriveJournal, noJournal } from './drive-journal.js';
import { createExecutions } from './executions.js';
import { at, parseSpec } from './parse-spec.js';
import { toPodSpecPatch } from './pod-spec-patch.js';
import { type Inputs, resolveRootInputs, resolveTaskInputs } from './resolve-inputs.js';
import { type Unrolled, unrollLoop } from './unroll-loop.js';

export interface MemoryEngineOptions {
  readonly logger: Logger;
  readonly journal?: DriveJournal;
  /** Outputs that every answer carries beyond the contract's own. */
  readonly extraOutputs?: Readonly<Record<string, string>>;
  /** The first execution id that is handed out; ids of the journal are skipped. */
  readonly firstExecutionId?: bigint;
  /** Called once per drive, after it was written down. */
  readonly onDrive?: (drive: Drive) => void;
}

/**
 * The engine for laptops and tests: hands out execution ids, knows parents, counts loops whose list is in the
 * request, and returns a pod spec patch of KFP's shape. It runs nothing, caches nothing and evaluates no condition:
 * what it cannot know it leaves unset, and says so in the log.
 */
export function createMemoryEngine(options: MemoryEngineOptions): Engine {
  const { logger, journal = noJournal, extraOutputs, onDrive = () => {} } = options;
  const executions = createExecutions();
  const remember = ({ namespace, uid, response, inputs }: Drive) => {
    const id = `${response.execution_id ?? response.task_id}`;
    if (inputs !== undefined) {
      executions.add({ workflow: `${namespace}/${uid}`, id, inputs: new Map(inputs) });
    }
  };
  journal.loaded.forEach(remember);
  let nextId = firstFreeId(journal.loaded, options.firstExecutionId ?? 1n);
  const drive = (request: ExecuteRequest__Output): ExecuteResponse => {
    const before = journal.find(request);
    if (before !== undefined) {
      return before;
    }
    const parentInputs = executions.inputsOfParent(request);
    const id = request.parent_task_id === undefined ? `${nextId}` : randomUUID();
    const { response, inputs, unknown } = evaluate(request, parentInputs, id);
    const driven = toDrive(
      request,
      extraOutputs === undefined ? response : { ...response, extra_outputs: extraOutputs },
      inputs,
    );
    journal.append(driven);
    if (response.execution_id !== undefined) {
      nextId += 1n;
    }
    remember(driven);
    onDrive(driven);
    if (unknown.length > 0) {
      logUnset(logger, request, unknown);
    }
    return driven.response;
  };
  return {
    name: 'memory',
    drive: async (request) => ({ response: drive(request) }),
    close: async () => {},
  };
}

function logUnset(logger: Logger, request: ExecuteRequest__Output, unknown: readonly string[]): void {
  const facts = { ...factsOfRequest(request), unset: unknown.join(', ') };
  logger.info('left unset what this engine cannot evaluate', facts);
}

interface Evaluated {
  readonly response: ExecuteResponse;
  /** Of a DAG. */
  readonly inputs?: Inputs;
  /** What the response lacks because this engine cannot evaluate it. */
  readonly unknown: readonly string[];
}

function evaluate(request: ExecuteRequest__Output, parentInputs: Inputs, id: string): Evaluated {
  const ids = request.parent_task_id === undefined ? { execution_id: id } : { task_id: id };
  const task = parseSpec('task', request.task);
  const unknown = at(task, 'triggerPolicy', 'condition') === undefined ? [] : ['condition'];
  if (request.type === 'DRIVER_TYPE_CONTAINER') {
    const container = parseSpec('container', request.container);
    if (container === undefined) {
      unknown.push('image');
    }
    const pod_spec_patch = toPodSpecPatch(request, container, id);
    return { response: { ...ids, cached: false, pod_spec_patch }, unknown };
  }
  const { iterationCount, inputs } = evaluateDag(request, parentInputs);
  if (iterationCount === undefined) {
    unknown.push('iteration_count');
  }
  const count = iterationCount === undefined ? {} : { iteration_count: iterationCount };
  return { response: { ...ids, ...count }, inputs, unknown };
}

function evaluateDag(request: ExecuteRequest__Output, parentInputs: Inputs): Unrolled {
  const component = parseSpec('component', request.component);
  if (request.type === 'DRIVER_TYPE_ROOT_DAG') {
    const inputs = resolveRootInputs(parseSpec('runtime_config', request.runtime_config), component);
    return { iterationCount: 0, inputs };
  }
  const task = parseSpec('task', request.task);
  const inputs = resolveTaskInputs(task, component, parentInputs);
  // KFP 3.0 sends no task spec: whether this is a loop stands in KFP's API server.
  if (request.task === undefined) {
    return { inputs };
  }
  return unrollLoop(task, request.iteration_index ?? -1, inputs, parentInputs);
}

function toDrive(request: ExecuteRequest__Output, response: ExecuteResponse, inputs?: Inputs): Drive {
  const drive = {
    requestId: request.request_id ?? '',
    namespace: request.workflow?.namespace ?? '',
    uid: request.workflow?.uid ?? '',
    type: request.type ?? '',
    task: request.task_name ?? '',
    fingerprint: fingerprintOfRequest(request),
    response,
  };
  return inputs === undefined ? drive : { ...drive, inputs: [...inputs] };
}

function firstFreeId(drives: readonly Drive[], first: bigint): bigint {
  let free = first;
  for (const { response } of drives) {
    const next = BigInt(`${response.execution_id ?? 0}`) + 1n;
    if (next > free) {
      free = next;
    }
  }
  return free;
}
