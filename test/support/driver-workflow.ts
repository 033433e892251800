import type { JsonObject } from '../../src/common/json.js';

export interface DriverWorkflowOptions {
  readonly pipeline?: string;
  readonly image?: string;
  readonly env?: JsonObject[];
  readonly labels?: JsonObject;
}

/** A small workflow as KFP's compiler writes them: one driver in a pod, reached by a DAG. Labelled with its run. */
export function driverWorkflow({
  pipeline = 'hello',
  image = 'ghcr.io/kubeflow/kfp-driver:2.17.0',
  env = [],
  labels = { 'pipeline/runid': 'run-1' },
}: DriverWorkflowOptions = {}): JsonObject {
  const args = ['--type', 'ROOT_DAG', '--pipeline_name', pipeline, '--run_id', 'run-1'];
  const paths = ['--execution_id_path', '{{outputs.parameters.execution-id.path}}'];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: `${pipeline}-`, namespace: 'kubeflow', creationTimestamp: null, labels },
    spec: {
      entrypoint: 'entrypoint',
      arguments: {},
      templates: [
        {
          name: 'system-dag-driver',
          inputs: { parameters: [{ name: 'component' }] },
          outputs: {
            parameters: [{ name: 'execution-id', valueFrom: { path: '/tmp/outputs/execution-id' } }],
          },
          metadata: {},
          container: {
            name: '',
            image,
            command: ['driver'],
            args: [...args, '--component', '{{inputs.parameters.component}}', ...paths],
            env,
            resources: {},
          },
        },
        {
          name: 'entrypoint',
          inputs: {},
          outputs: {},
          metadata: {},
          dag: {
            tasks: [
              {
                name: 'root-driver',
                template: 'system-dag-driver',
                arguments: { parameters: [{ name: 'component', value: '{"dag":{}}' }] },
              },
            ],
          },
        },
      ],
    },
    status: { startedAt: null, finishedAt: null },
  };
}
