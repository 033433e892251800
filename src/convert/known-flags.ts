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

/** The server has these from its own settings and does not hear a template's. */
export const serverOwnFlags: readonly string[] = [
  'ml_pipeline_server_address',
  'ml_pipeline_server_port',
  'ml_pipeline_tls_enabled',
  'mlmd_server_address',
  'mlmd_server_port',
  'metadata_tls_enabled',
  'ca_cert_path',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'log_level',
  'publish_logs',
  'kfp_token_audience',
  'ml_pipeline_grpc_backoff_base_delay',
  'ml_pipeline_grpc_backoff_multiplier',
  'ml_pipeline_grpc_backoff_jitter',
  'ml_pipeline_grpc_backoff_max_delay',
  'ml_pipeline_grpc_min_connect_timeout',
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
