/**
 * Flags of KFP's driver that the driver server has from its own settings: it does not hear a template's. KFP 2.5 to 3.0,
 * kubeflow/pipelines backend/src/v2/cmd/driver.
 */
export const serverOwnFlags = [
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
] as const;

/** A flag of serverOwnFlags. */
export type ServerOwnFlag = (typeof serverOwnFlags)[number];
