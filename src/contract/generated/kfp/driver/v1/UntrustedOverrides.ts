// Original file: proto/kfp/driver/v1/driver.proto


export interface UntrustedOverrides {
  'ml_pipeline_server_address'?: (string);
  'ml_pipeline_server_port'?: (string);
  'ml_pipeline_tls_enabled'?: (boolean);
  'mlmd_server_address'?: (string);
  'mlmd_server_port'?: (string);
  'metadata_tls_enabled'?: (boolean);
  'ca_cert_path'?: (string);
  'http_proxy'?: (string);
  'https_proxy'?: (string);
  'no_proxy'?: (string);
  'log_level'?: (string);
  'publish_logs'?: (string);
  'kfp_token_audience'?: (string);
  'ml_pipeline_grpc_backoff_base_delay'?: (string);
  'ml_pipeline_grpc_backoff_multiplier'?: (string);
  'ml_pipeline_grpc_backoff_jitter'?: (string);
  'ml_pipeline_grpc_backoff_max_delay'?: (string);
  'ml_pipeline_grpc_min_connect_timeout'?: (string);
  '_ml_pipeline_server_address'?: "ml_pipeline_server_address";
  '_ml_pipeline_server_port'?: "ml_pipeline_server_port";
  '_ml_pipeline_tls_enabled'?: "ml_pipeline_tls_enabled";
  '_mlmd_server_address'?: "mlmd_server_address";
  '_mlmd_server_port'?: "mlmd_server_port";
  '_metadata_tls_enabled'?: "metadata_tls_enabled";
  '_ca_cert_path'?: "ca_cert_path";
  '_http_proxy'?: "http_proxy";
  '_https_proxy'?: "https_proxy";
  '_no_proxy'?: "no_proxy";
  '_log_level'?: "log_level";
  '_publish_logs'?: "publish_logs";
  '_kfp_token_audience'?: "kfp_token_audience";
  '_ml_pipeline_grpc_backoff_base_delay'?: "ml_pipeline_grpc_backoff_base_delay";
  '_ml_pipeline_grpc_backoff_multiplier'?: "ml_pipeline_grpc_backoff_multiplier";
  '_ml_pipeline_grpc_backoff_jitter'?: "ml_pipeline_grpc_backoff_jitter";
  '_ml_pipeline_grpc_backoff_max_delay'?: "ml_pipeline_grpc_backoff_max_delay";
  '_ml_pipeline_grpc_min_connect_timeout'?: "ml_pipeline_grpc_min_connect_timeout";
}

export interface UntrustedOverrides__Output {
  'ml_pipeline_server_address'?: (string);
  'ml_pipeline_server_port'?: (string);
  'ml_pipeline_tls_enabled'?: (boolean);
  'mlmd_server_address'?: (string);
  'mlmd_server_port'?: (string);
  'metadata_tls_enabled'?: (boolean);
  'ca_cert_path'?: (string);
  'http_proxy'?: (string);
  'https_proxy'?: (string);
  'no_proxy'?: (string);
  'log_level'?: (string);
  'publish_logs'?: (string);
  'kfp_token_audience'?: (string);
  'ml_pipeline_grpc_backoff_base_delay'?: (string);
  'ml_pipeline_grpc_backoff_multiplier'?: (string);
  'ml_pipeline_grpc_backoff_jitter'?: (string);
  'ml_pipeline_grpc_backoff_max_delay'?: (string);
  'ml_pipeline_grpc_min_connect_timeout'?: (string);
}
