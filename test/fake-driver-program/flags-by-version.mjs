/** The flags of KFP's driver by version, [name, type in Go's usage], in the order in which KFP added them. */
const string = (...names) => names.map((name) => [name, 'string']);
const bool = (...names) => names.map((name) => [name, '']);
const int = (...names) => names.map((name) => [name, 'int']);

const flags25 = [
  ...string('type', 'pipeline_name', 'run_id', 'run_name', 'run_display_name', 'component', 'task'),
  ...string('runtime_config', 'container', 'kubernetes_config', 'mlmd_server_address', 'mlmd_server_port'),
  ...int('iteration_index', 'dag_execution_id'),
  ...string('execution_id_path', 'iteration_count_path', 'pod_spec_patch_path', 'cached_decision_path'),
  ...string('condition_path', 'log_level', 'http_proxy', 'https_proxy', 'no_proxy', 'publish_logs'),
];
const flags214 = [...flags25, ...string('task_name'), ...bool('cache_disabled')];
const flags215 = [
  ...flags214,
  ...string('ml_pipeline_server_address', 'ml_pipeline_server_port', 'ca_cert_path'),
  ...bool('ml_pipeline_tls_enabled', 'metadata_tls_enabled'),
];
const flags216 = [
  ...flags215,
  ...int('default_run_as_user', 'default_run_as_group'),
  ...string('default_run_as_non_root'),
];
const flags218 = [...flags216, ...string('pipeline_job_create_time_utc', 'default_host_users')];
const flags217 = [...flags218, ...string('pipeline_job_schedule_time_epoch_seconds')];
const gone = ['component', 'task', 'container', 'dag_execution_id', 'execution_id_path'];
const flags30 = [
  ...flags218.filter(([name]) => !gone.includes(name) && !/^(mlmd|metadata)_|create_time/.test(name)),
  ...string('namespace', 'parent_task_id', 'parent_task_id_path'),
];

export const flagsByVersion = {
  2.5: flags25,
  2.14: flags214,
  2.15: flags215,
  2.16: flags216,
  2.17: flags217,
  2.18: flags218,
  '3.0': flags30,
};

/** What glog registers in the same set. */
export const loggingFlags = [
  ...[
    ['alsologtostderr', ''],
    ['log_backtrace_at', 'value'],
    ['log_dir', 'string'],
    ['log_link', 'string'],
  ],
  ...[
    ['logbuflevel', 'value'],
    ['logtostderr', ''],
    ['stderrthreshold', 'value'],
    ['v', 'value'],
  ],
  ['vmodule', 'value'],
];

const proxies = ['http_proxy', 'https_proxy', 'no_proxy'];
const always = [
  ...['type', 'pipeline_name', 'run_id', 'run_name', 'run_display_name', 'ml_pipeline_server_address'],
  ...['ml_pipeline_server_port', 'log_level', 'publish_logs', 'cache_disabled', 'ml_pipeline_tls_enabled'],
  ...['ca_cert_path', 'condition_path', 'iteration_index', ...proxies],
];
const ofContainer = ['kubernetes_config', 'cached_decision_path', 'pod_spec_patch_path'];

/** Flags that a version demands for a driver type; before 2.18 only that the proxies are given. */
export function requiredFlags(version, type) {
  if (version === '3.0') {
    const ofDag = ['parent_task_id_path', 'iteration_count_path', 'runtime_config'];
    const more = type === 'CONTAINER' ? ofContainer : ofDag;
    return [...always, 'namespace', 'parent_task_id', 'task_name', ...more];
  }
  if (version !== '2.18') {
    return ['type', ...proxies];
  }
  return [
    ...always,
    ...['pipeline_job_create_time_utc', 'component', 'mlmd_server_address', 'mlmd_server_port'],
    'metadata_tls_enabled',
    ...(type === 'ROOT_DAG' ? ['runtime_config'] : ['task', 'dag_execution_id', 'task_name']),
    ...(type === 'CONTAINER' ? ['container', ...ofContainer] : ['execution_id_path', 'iteration_count_path']),
  ];
}
