import type { JsonObject } from '../../common/json.js';

const output = (name: string, fallback?: string): JsonObject => ({
  name,
  valueFrom: { path: `/tmp/outputs/${name}`, ...(fallback !== undefined && { default: fallback }) },
  ...(fallback !== undefined && { default: fallback }),
});

/**
 * The driver of a root DAG as KFP's compiler writes it, in a workflow that is labelled as KFP's API server does. It is
 * for creations with dryRun=All alone.
 */
export function stockWorkflow(namespace: string): JsonObject {
  const container = {
    name: '',
    // No tag: the webhook compares versions, and nothing is pulled in a dry run.
    image: 'ghcr.io/kubeflow/kfp-driver',
    command: ['driver'],
    args: [
      ...['--type', 'ROOT_DAG', '--pipeline_name', 'driver-plugin-doctor'],
      ...['--run_id', '{{workflow.uid}}', '--run_name', '{{workflow.name}}', '--run_display_name', ''],
      ...[
        '--dag_execution_id',
        '0',
        '--component',
        '{{inputs.parameters.component}}',
        '--task',
        '',
        '--task_name',
        '',
      ],
      ...['--runtime_config', '{{inputs.parameters.runtime-config}}', '--iteration_index', '-1'],
      ...['--execution_id_path', '{{outputs.parameters.execution-id.path}}'],
      ...['--iteration_count_path', '{{outputs.parameters.iteration-count.path}}'],
      ...['--condition_path', '{{outputs.parameters.condition.path}}'],
    ],
  };
  const driver = {
    name: 'system-dag-driver',
    inputs: { parameters: [{ name: 'component' }, { name: 'runtime-config', default: '' }] },
    outputs: {
      parameters: [output('execution-id'), output('iteration-count', '0'), output('condition', 'true')],
    },
    metadata: { annotations: { 'pipelines.kubeflow.org/runtime-role': 'driver' } },
    container,
  };
  const call = {
    name: 'root-driver',
    template: driver.name,
    arguments: {
      parameters: [
        { name: 'component', value: '{{workflow.parameters.components-root}}' },
        { name: 'runtime-config', value: '{}' },
      ],
    },
  };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      generateName: 'driver-plugin-doctor-',
      namespace,
      labels: { 'pipeline/runid': 'driver-plugin-doctor' },
    },
    spec: {
      entrypoint: 'entrypoint',
      arguments: { parameters: [{ name: 'components-root', value: '{"dag":{"tasks":{}}}' }] },
      templates: [driver, { name: 'entrypoint', dag: { tasks: [call] } }],
    },
  };
}
