/**
 * What KFP's driver flags mean to a conversion. KFP 2.5 to 3.0, kubeflow/pipelines backend/src/v2/cmd/driver. Every
 * other flag is treated like one of `taskFlags`.
 */

/** Known only when the task runs, or named by the contract beside the reference: they always travel with the task. */
export const dynamicFlags: readonly string[] = [
  'type',
  'run_id',
  'run_name',
  'pipeline_job_create_time_utc',
  'pipeline_job_schedule_time_epoch_seconds',
  'dag_execution_id',
  'parent_task_id',
];

/** Where the driver of a pod writes its outputs. */
export const outputPathFlags: readonly string[] = [
  'cached_decision_path',
  'condition_path',
  'execution_id_path',
  'iteration_count_path',
  'parent_task_id_path',
  'pod_spec_patch_path',
  'task_id_path',
];

/** What the task is: usually the same for the whole run. The iteration index is where there is no loop. */
export const taskFlags: readonly string[] = [
  'pipeline_name',
  'run_display_name',
  'task_name',
  'component',
  'task',
  'container',
  'runtime_config',
  'kubernetes_config',
  'runtime_args',
  'cache_disabled',
  'default_run_as_user',
  'default_run_as_group',
  'default_run_as_non_root',
  'default_host_users',
  'namespace',
  'iteration_index',
];

/** Arguments that a conversion adds: the node's name, and the name of the parameter with the constant arguments. */
export const nodeArgument = 'node';
export const referenceArgument = 'arguments_from';
