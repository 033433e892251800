import type { ServerOwnFlag } from '../../common/server-own-flags.js';
import type { DriverType } from '../driver-type.js';

/** How an argument may be written, and what becomes of it. */
export type ArgumentKind =
  /** A text. */
  | 'text'
  /** A text, number or boolean, forwarded as text. */
  | 'scalar'
  /** JSON text of an object, or "". */
  | 'json'
  /** true or false, as JSON or as text. */
  | 'boolean'
  /** A whole number, as JSON or as text, of 32 or 64 bits. */
  | 'int32'
  | 'int64';

/**
 * The arguments that are fields of kfp.driver.v1.ExecuteRequest, under the same names but for `fieldNames`. The dialects that KFP's
 * compiler writes: https://github.com/kubeflow/pipelines/tree/master/proposals/separate-standalone-driver
 * (proposal), https://github.com/kubeflow/pipelines/pull/13171 (MLMD era), and KFP 3.0.
 */
export const requestArguments = {
  pipeline_name: 'text',
  run_id: 'text',
  run_name: 'text',
  run_display_name: 'text',
  task_name: 'text',
  component: 'json',
  task: 'json',
  container: 'json',
  runtime_config: 'json',
  kubernetes_config: 'json',
  runtime_args: 'json',
  dag_execution_id: 'int64',
  parent_task_id: 'text',
  iteration_index: 'int32',
  cache_disabled: 'boolean',
  pipeline_job_create_time_utc: 'text',
  pipeline_job_schedule_time_epoch_seconds: 'int64',
  default_run_as_user: 'int64',
  default_run_as_group: 'int64',
  default_run_as_non_root: 'boolean',
  default_host_users: 'boolean',
  node: 'text',
  arguments_from: 'text',
} as const satisfies Readonly<Record<string, ArgumentKind>>;

/** Fields of ExecuteRequest that have another name than their argument. */
export const fieldNames: ReadonlyMap<string, string> = new Map([['node', 'node_name']]);

/** The arguments that are fields of kfp.driver.v1.UntrustedOverrides, under the same names. */
export const overrideArguments = {
  ml_pipeline_server_address: 'text',
  ml_pipeline_server_port: 'scalar',
  ml_pipeline_tls_enabled: 'boolean',
  mlmd_server_address: 'text',
  mlmd_server_port: 'scalar',
  metadata_tls_enabled: 'boolean',
  ca_cert_path: 'text',
  http_proxy: 'text',
  https_proxy: 'text',
  no_proxy: 'text',
  log_level: 'scalar',
  publish_logs: 'scalar',
  kfp_token_audience: 'text',
  ml_pipeline_grpc_backoff_base_delay: 'scalar',
  ml_pipeline_grpc_backoff_multiplier: 'scalar',
  ml_pipeline_grpc_backoff_jitter: 'scalar',
  ml_pipeline_grpc_backoff_max_delay: 'scalar',
  ml_pipeline_grpc_min_connect_timeout: 'scalar',
} as const satisfies Readonly<Record<ServerOwnFlag, ArgumentKind>>;

/** Arguments that are read here and travel otherwise: `type` as an enum, `namespace` in the workflow. */
export const envelopeArguments: readonly string[] = ['type', 'namespace'];

/** Where the driver of a pod would write its outputs: without a meaning here, and not forwarded. */
export const outputPathArguments: readonly string[] = [
  'cached_decision_path',
  'condition_path',
  'execution_id_path',
  'iteration_count_path',
  'pod_spec_patch_path',
];

type Requirements = Readonly<Record<DriverType, readonly (keyof typeof requestArguments)[]>>;

/** Arguments that must be there; those of `mayBeEmpty` may be "". */
export const mlmdRequirements: Requirements = {
  ROOT_DAG: ['pipeline_name', 'run_id', 'component', 'runtime_config'],
  DAG: ['pipeline_name', 'run_id', 'component', 'task', 'dag_execution_id'],
  CONTAINER: ['pipeline_name', 'run_id', 'component', 'task', 'container', 'dag_execution_id'],
};

/** The same for KFP 3.0, whose drivers get specs from KFP's API and name their parent by parent_task_id. */
export const kfp3Requirements: Requirements = {
  ROOT_DAG: ['pipeline_name', 'run_id', 'runtime_config'],
  DAG: ['pipeline_name', 'run_id', 'task_name', 'parent_task_id'],
  CONTAINER: ['pipeline_name', 'run_id', 'task_name', 'parent_task_id'],
};

/**
 * What names the task within its run: a reference, which stays the same for the whole run, cannot hold it, so that
 * these must be among the arguments.
 */
export const neverByReference: readonly string[] = ['run_id', 'dag_execution_id', 'parent_task_id'];

export const mayBeEmpty: readonly string[] = ['runtime_config'];
