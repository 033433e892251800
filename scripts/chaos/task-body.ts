import { containerArguments, templateBody } from '../../test/support/templates.js';

/** What the agent POSTs for a task of a workflow; `padding` bytes of argument come back in the answer. */
export function taskBody(workflow: string, task: string, padding = 0, node?: string): string {
  const { template } = templateBody({
    ...containerArguments,
    // The driver knows parents, and these tasks have none.
    dag_execution_id: '0',
    task_name: task,
    ...(node !== undefined && { node }),
    container: JSON.stringify({ image: 'python:3.11', args: ['x'.repeat(padding)] }),
  });
  const metadata = { name: workflow, namespace: 'kubeflow', uid: workflow };
  return JSON.stringify({ workflow: { metadata }, template });
}
