import { objectOf } from '../../common/json.js';
import { type DriverType, driverTypeFromWire } from '../../contract/driver-type.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { digestOf } from '../fingerprint-request.js';
import { isVolumeTask } from '../volume-task.js';

/** A task as ML Metadata knows it, and what tells one attempt at it from another. */
export interface DrivenTask {
  readonly type: DriverType;
  readonly runId: string;
  /** Execution id of the DAG that the task belongs to; "0" for the root. */
  readonly parentId: string;
  readonly name: string;
  /** Undefined outside of a loop. */
  readonly iteration: number | undefined;
  /** A task whose driver creates or deletes a volume itself. */
  readonly isVolumeTask: boolean;
  /** Digest of what the driver is asked for: the same however often, and in whichever workflow object, it is asked. */
  readonly fingerprint: string;
  /** Argo's node; undefined where the template does not say it. */
  readonly node: string | undefined;
  readonly requestId: string;
}

/**
 * Differs between two requests for the same: the attempt's id, Argo's objects (KFP's Retry may make the workflow anew),
 * and what the server's settings overrule.
 */
const notContent: readonly (keyof ExecuteRequest__Output)[] = [
  'request_id',
  'workflow',
  'node_name',
  'arguments_from',
  'untrusted_overrides',
  'pipeline_job_create_time_utc',
  'pipeline_job_schedule_time_epoch_seconds',
];

/**
 * The task of a request; undefined where it names none that ML Metadata could hold. `knowsTaskName`: whether the driver
 * has the flag task_name; it names the execution by it, else by the name in the task's specification.
 */
export function drivenTaskOf(
  request: ExecuteRequest__Output,
  knowsTaskName: boolean,
): DrivenTask | undefined {
  const type = driverTypeFromWire(request.type);
  const runId = request.run_id ?? request.extra_args?.['run_id'];
  const parentId = request.dag_execution_id ?? '0';
  if (type === undefined || runId === undefined || runId === '') {
    return undefined;
  }
  if (type !== 'ROOT_DAG' && !/^[1-9]\d*$/.test(parentId)) {
    return undefined;
  }
  const given = knowsTaskName ? (request.task_name ?? request.extra_args?.['task_name'] ?? '') : '';
  const { iteration_index: iteration = -1 } = request;
  return {
    type,
    runId,
    parentId: type === 'ROOT_DAG' ? '0' : parentId,
    name: type === 'ROOT_DAG' ? '' : given === '' ? nameInSpec(request.task) : given,
    iteration: iteration < 0 ? undefined : iteration,
    isVolumeTask: isVolumeTask(request.container),
    fingerprint: fingerprintOfContent(request),
    node: request.node_name === '' ? undefined : request.node_name,
    requestId: request.request_id ?? '',
  };
}

/** Calls with equal keys are driven one after the other. */
export function keyOfTask({ type, runId, parentId, name, iteration }: DrivenTask): string {
  return JSON.stringify([type === 'ROOT_DAG', runId, parentId, name, iteration]);
}

function fingerprintOfContent(request: ExecuteRequest__Output): string {
  const content = Object.entries(request).filter(
    ([name]) => !notContent.includes(name as keyof ExecuteRequest__Output),
  );
  return digestOf(Object.fromEntries(content)).toString('base64url');
}

function nameInSpec(spec: string | undefined): string {
  const { name } = objectOf(membersOf(spec)['taskInfo']);
  return typeof name === 'string' ? name : '';
}

/** Of a text that is no JSON object there are none: the driver will say what is wrong with it. */
function membersOf(text: string | undefined) {
  try {
    return objectOf(JSON.parse(text ?? ''));
  } catch {
    return {};
  }
}
