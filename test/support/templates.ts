/** Arguments of a CONTAINER driver as KFP's compiler writes them in the MLMD era. */
export const containerArguments = {
  type: 'CONTAINER',
  pipeline_name: 'hello',
  run_id: 'run-1',
  run_name: 'hello-x',
  run_display_name: '',
  task_name: 'echo',
  component: '{"executorLabel":"exec-echo"}',
  task: '{"taskInfo":{"name":"echo"}}',
  container: '{"image":"python:3.11"}',
  kubernetes_config: '',
  dag_execution_id: '1',
  iteration_index: '-1',
  cache_disabled: false,
  ml_pipeline_server_address: 'ml-pipeline.kubeflow',
  ml_pipeline_server_port: '8887',
  mlmd_server_address: 'mlmd.kubeflow',
  mlmd_server_port: '8080',
  condition_path: '{{outputs.parameters.condition.path}}',
};

export const rootArguments = {
  type: 'ROOT_DAG',
  pipeline_name: 'hello',
  run_id: 'run-1',
  component: '{"dag":{}}',
  task: '',
  runtime_config: '{}',
  dag_execution_id: '0',
  iteration_index: '-1',
};

const declared = (name: string, fallback?: string) => ({
  name,
  valueFrom: { jsonPath: `$.${name}`, ...(fallback !== undefined && { default: fallback }) },
});

export const containerOutputs = [
  declared('pod-spec-patch', ''),
  declared('cached-decision', 'false'),
  declared('condition', 'true'),
];
export const rootOutputs = [
  declared('execution-id'),
  declared('iteration-count', '0'),
  declared('condition', 'true'),
];

/** The body that Argo's agent POSTs for a template with these arguments. */
export function templateBody(args: object, outputs: readonly object[] = containerOutputs) {
  return {
    workflow: { metadata: { name: 'hello-x', namespace: 'kubeflow', uid: 'uid-1' } },
    template: {
      name: 'system-container-driver',
      inputs: {},
      outputs: { parameters: outputs },
      metadata: {},
      plugin: { 'driver-plugin': { args } },
    },
  };
}

/** The same body with the arguments as raw JSON text, for what JSON.stringify cannot write. */
export function templateText(args: string, outputs: readonly object[] = containerOutputs): string {
  return JSON.stringify(templateBody({ ARGS: 0 }, outputs)).replace('{"ARGS":0}', () => args);
}

/** JSON text of CONTAINER arguments with further members as raw JSON text. */
export function containerArgumentsText(further: string): string {
  return `${JSON.stringify(containerArguments).slice(0, -1)},${further}}`;
}

/** Arrays inside each other, as JSON text. */
export function nestedArrays(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}
