import type { JsonObject } from '../../src/common/json.js';
import { containerArguments, templateBody } from '../../test/support/templates.js';

/** What a task belongs to. */
export interface TaskPlace {
  /** Name of the Argo node, where the template says it. */
  readonly node?: string | undefined;
  /** Execution id of its DAG. The memory engine knows parents, and these tasks have none. */
  readonly parentId?: string | undefined;
}

/** The workflow of `taskBody` as Kubernetes has it. */
export function workflowObject(name: string, runId: string): JsonObject {
  return { metadata: { ...metadataOf(name), labels: { 'pipeline/runid': runId } } };
}

const metadataOf = (name: string) => ({ name, namespace: 'kubeflow', uid: name });

/** What the agent POSTs for a task of a workflow; `padding` bytes of argument come back in the answer. */
export function taskBody(
  workflow: string,
  task: string,
  padding = 0,
  { node, parentId = '0' }: TaskPlace = {},
): string {
  const { template } = templateBody({
    ...containerArguments,
    dag_execution_id: parentId,
    task_name: task,
    ...(node !== undefined && { node }),
    container: JSON.stringify({ image: 'python:3.11', args: ['x'.repeat(padding)] }),
  });
  return JSON.stringify({ workflow: { metadata: metadataOf(workflow) }, template });
}
