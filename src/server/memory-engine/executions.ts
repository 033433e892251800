import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../contract/status-error.js';
import { type Inputs, noInputs } from './resolve-inputs.js';

/** A DAG that was driven, as its children need it. */
export interface Execution {
  /** `namespace/uid` of its workflow. */
  readonly workflow: string;
  /** ML Metadata's execution id as text, or KFP 3.0's task id. */
  readonly id: string;
  readonly inputs: Inputs;
}

export interface Executions {
  readonly add: (execution: Execution) => void;
  /**
   * Inputs of the DAG that a request names as its parent; none for the root. FAILED_PRECONDITION when this
   * workflow has no such DAG.
   */
  readonly inputsOfParent: (request: ExecuteRequest__Output) => Inputs;
}

/** How many workflows are remembered; the one that was longest untouched goes first. */
const maxWorkflows = 10_000;

/** Remembers which DAGs were driven, by workflow. */
export function createExecutions(): Executions {
  const workflows = new Map<string, Map<string, Inputs>>();
  return {
    add: ({ workflow, id, inputs }) => {
      const dags = workflows.get(workflow) ?? new Map<string, Inputs>();
      dags.set(id, inputs);
      workflows.delete(workflow);
      workflows.set(workflow, dags);
      const [oldest] = workflows.keys();
      if (workflows.size > maxWorkflows && oldest !== undefined) {
        workflows.delete(oldest);
      }
    },
    inputsOfParent: (request) => {
      const id = parentOf(request);
      if (id === undefined) {
        return noInputs;
      }
      const inputs = workflows.get(workflowOf(request))?.get(id);
      if (inputs !== undefined) {
        return inputs;
      }
      const field = request.parent_task_id === undefined ? 'dag_execution_id' : 'parent_task_id';
      throw new StatusError('FAILED_PRECONDITION', `${field} names no DAG that was driven for this workflow`);
    },
  };
}

export function workflowOf({ workflow }: ExecuteRequest__Output): string {
  return `${workflow?.namespace}/${workflow?.uid}`;
}

function parentOf({ dag_execution_id: dagId, parent_task_id: taskId }: ExecuteRequest__Output) {
  if (taskId !== undefined) {
    return taskId === '' ? undefined : taskId;
  }
  return dagId === undefined || dagId === '0' ? undefined : dagId;
}
