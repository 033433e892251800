// From kfp/driver/v1/driver.proto by scripts/generate.mjs
import type { INamespace } from 'protobufjs';

export const driverSchema = {
 "nested": {
  "kfp": {
   "nested": {
    "driver": {
     "nested": {
      "v1": {
       "nested": {
        "DriverService": {
         "methods": {
          "Execute": {
           "requestType": "ExecuteRequest",
           "responseType": "ExecuteResponse",
           "options": {
            "idempotency_level": "IDEMPOTENT"
           },
           "parsedOptions": [
            {
             "idempotency_level": "IDEMPOTENT"
            }
           ]
          }
         }
        },
        "ExecuteRequest": {
         "oneofs": {
          "_pipeline_name": {
           "oneof": [
            "pipeline_name"
           ]
          },
          "_run_id": {
           "oneof": [
            "run_id"
           ]
          },
          "_run_name": {
           "oneof": [
            "run_name"
           ]
          },
          "_run_display_name": {
           "oneof": [
            "run_display_name"
           ]
          },
          "_task_name": {
           "oneof": [
            "task_name"
           ]
          },
          "_component": {
           "oneof": [
            "component"
           ]
          },
          "_task": {
           "oneof": [
            "task"
           ]
          },
          "_container": {
           "oneof": [
            "container"
           ]
          },
          "_runtime_config": {
           "oneof": [
            "runtime_config"
           ]
          },
          "_kubernetes_config": {
           "oneof": [
            "kubernetes_config"
           ]
          },
          "_runtime_args": {
           "oneof": [
            "runtime_args"
           ]
          },
          "_dag_execution_id": {
           "oneof": [
            "dag_execution_id"
           ]
          },
          "_parent_task_id": {
           "oneof": [
            "parent_task_id"
           ]
          },
          "_iteration_index": {
           "oneof": [
            "iteration_index"
           ]
          },
          "_cache_disabled": {
           "oneof": [
            "cache_disabled"
           ]
          },
          "_pipeline_job_create_time_utc": {
           "oneof": [
            "pipeline_job_create_time_utc"
           ]
          },
          "_pipeline_job_schedule_time_epoch_seconds": {
           "oneof": [
            "pipeline_job_schedule_time_epoch_seconds"
           ]
          },
          "_default_run_as_user": {
           "oneof": [
            "default_run_as_user"
           ]
          },
          "_default_run_as_group": {
           "oneof": [
            "default_run_as_group"
           ]
          },
          "_default_run_as_non_root": {
           "oneof": [
            "default_run_as_non_root"
           ]
          },
          "_default_host_users": {
           "oneof": [
            "default_host_users"
           ]
          },
          "_node_name": {
           "oneof": [
            "node_name"
           ]
          },
          "_arguments_from": {
           "oneof": [
            "arguments_from"
           ]
          }
         },
         "fields": {
          "request_id": {
           "type": "string",
           "id": 1
          },
          "workflow": {
           "type": "Workflow",
           "id": 2
          },
          "type": {
           "type": "DriverType",
           "id": 3
          },
          "pipeline_name": {
           "type": "string",
           "id": 4,
           "options": {
            "proto3_optional": true
           }
          },
          "run_id": {
           "type": "string",
           "id": 5,
           "options": {
            "proto3_optional": true
           }
          },
          "run_name": {
           "type": "string",
           "id": 6,
           "options": {
            "proto3_optional": true
           }
          },
          "run_display_name": {
           "type": "string",
           "id": 7,
           "options": {
            "proto3_optional": true
           }
          },
          "task_name": {
           "type": "string",
           "id": 8,
           "options": {
            "proto3_optional": true
           }
          },
          "component": {
           "type": "string",
           "id": 9,
           "options": {
            "proto3_optional": true
           }
          },
          "task": {
           "type": "string",
           "id": 10,
           "options": {
            "proto3_optional": true
           }
          },
          "container": {
           "type": "string",
           "id": 11,
           "options": {
            "proto3_optional": true
           }
          },
          "runtime_config": {
           "type": "string",
           "id": 12,
           "options": {
            "proto3_optional": true
           }
          },
          "kubernetes_config": {
           "type": "string",
           "id": 13,
           "options": {
            "proto3_optional": true
           }
          },
          "runtime_args": {
           "type": "string",
           "id": 14,
           "options": {
            "proto3_optional": true
           }
          },
          "dag_execution_id": {
           "type": "int64",
           "id": 15,
           "options": {
            "proto3_optional": true
           }
          },
          "parent_task_id": {
           "type": "string",
           "id": 16,
           "options": {
            "proto3_optional": true
           }
          },
          "iteration_index": {
           "type": "int32",
           "id": 17,
           "options": {
            "proto3_optional": true
           }
          },
          "cache_disabled": {
           "type": "bool",
           "id": 18,
           "options": {
            "proto3_optional": true
           }
          },
          "pipeline_job_create_time_utc": {
           "type": "string",
           "id": 19,
           "options": {
            "proto3_optional": true
           }
          },
          "pipeline_job_schedule_time_epoch_seconds": {
           "type": "int64",
           "id": 20,
           "options": {
            "proto3_optional": true
           }
          },
          "default_run_as_user": {
           "type": "int64",
           "id": 21,
           "options": {
            "proto3_optional": true
           }
          },
          "default_run_as_group": {
           "type": "int64",
           "id": 22,
           "options": {
            "proto3_optional": true
           }
          },
          "default_run_as_non_root": {
           "type": "bool",
           "id": 23,
           "options": {
            "proto3_optional": true
           }
          },
          "default_host_users": {
           "type": "bool",
           "id": 24,
           "options": {
            "proto3_optional": true
           }
          },
          "untrusted_overrides": {
           "type": "UntrustedOverrides",
           "id": 25
          },
          "extra_args": {
           "keyType": "string",
           "type": "string",
           "id": 26
          },
          "node_name": {
           "type": "string",
           "id": 27,
           "options": {
            "proto3_optional": true
           }
          },
          "arguments_from": {
           "type": "string",
           "id": 28,
           "options": {
            "proto3_optional": true
           }
          }
         }
        },
        "Workflow": {
         "fields": {
          "name": {
           "type": "string",
           "id": 1
          },
          "namespace": {
           "type": "string",
           "id": 2
          },
          "uid": {
           "type": "string",
           "id": 3
          }
         }
        },
        "DriverType": {
         "values": {
          "DRIVER_TYPE_UNSPECIFIED": 0,
          "DRIVER_TYPE_ROOT_DAG": 1,
          "DRIVER_TYPE_DAG": 2,
          "DRIVER_TYPE_CONTAINER": 3
         }
        },
        "UntrustedOverrides": {
         "oneofs": {
          "_ml_pipeline_server_address": {
           "oneof": [
            "ml_pipeline_server_address"
           ]
          },
          "_ml_pipeline_server_port": {
           "oneof": [
            "ml_pipeline_server_port"
           ]
          },
          "_ml_pipeline_tls_enabled": {
           "oneof": [
            "ml_pipeline_tls_enabled"
           ]
          },
          "_mlmd_server_address": {
           "oneof": [
            "mlmd_server_address"
           ]
          },
          "_mlmd_server_port": {
           "oneof": [
            "mlmd_server_port"
           ]
          },
          "_metadata_tls_enabled": {
           "oneof": [
            "metadata_tls_enabled"
           ]
          },
          "_ca_cert_path": {
           "oneof": [
            "ca_cert_path"
           ]
          },
          "_http_proxy": {
           "oneof": [
            "http_proxy"
           ]
          },
          "_https_proxy": {
           "oneof": [
            "https_proxy"
           ]
          },
          "_no_proxy": {
           "oneof": [
            "no_proxy"
           ]
          },
          "_log_level": {
           "oneof": [
            "log_level"
           ]
          },
          "_publish_logs": {
           "oneof": [
            "publish_logs"
           ]
          },
          "_kfp_token_audience": {
           "oneof": [
            "kfp_token_audience"
           ]
          },
          "_ml_pipeline_grpc_backoff_base_delay": {
           "oneof": [
            "ml_pipeline_grpc_backoff_base_delay"
           ]
          },
          "_ml_pipeline_grpc_backoff_multiplier": {
           "oneof": [
            "ml_pipeline_grpc_backoff_multiplier"
           ]
          },
          "_ml_pipeline_grpc_backoff_jitter": {
           "oneof": [
            "ml_pipeline_grpc_backoff_jitter"
           ]
          },
          "_ml_pipeline_grpc_backoff_max_delay": {
           "oneof": [
            "ml_pipeline_grpc_backoff_max_delay"
           ]
          },
          "_ml_pipeline_grpc_min_connect_timeout": {
           "oneof": [
            "ml_pipeline_grpc_min_connect_timeout"
           ]
          }
         },
         "fields": {
          "ml_pipeline_server_address": {
           "type": "string",
           "id": 1,
           "options": {
            "proto3_optional": true
           }
          },
          "ml_pipeline_server_port": {
           "type": "string",
           "id": 2,
           "options": {
            "proto3_optional": true
           }
          },
          "ml_pipeline_tls_enabled": {
           "type": "bool",
           "id": 3,
           "options": {
            "proto3_optional": true
           }
          },
          "mlmd_server_address": {
           "type": "string",
           "id": 4,
           "options": {
            "proto3_optional": true
           }
          },
          "mlmd_server_port": {
           "type": "string",
           "id": 5,
           "options": {
            "proto3_optional": true
           }
          },
          "metadata_tls_enabled": {
           "type": "bool",
           "id": 6,
           "options": {
            "proto3_optional": true
           }
          },
          "ca_cert_path": {
           "type": "string",
           "id": 7,
           "options": {
            "proto3_optional": true
           }
          },
          "http_proxy": {
           "type": "string",
           "id": 8,
           "options": {
            "proto3_optional": true
           }
          },
          "https_proxy": {
           "type": "string",
           "id": 9,
           "options": {
            "proto3_optional": true
           }
          },
          "no_proxy": {
           "type": "string",
           "id": 10,
           "options": {
            "proto3_optional": true
           }
          },
          "log_level": {
           "type": "string",
           "id": 11,
           "options": {
            "proto3_optional": true
           }
          },
          "publish_logs": {
           "type": "string",
           "id": 12,
           "options": {
            "proto3_optional": true
           }
          },
          "kfp_token_audience": {
           "type": "string",
           "id": 13,
           "options": {
            "proto3_optional": true
           }
          },
          "ml_pipeline_grpc_backoff_base_delay": {
           "type": "string",
           "id": 14,
           "options": {
            "proto3_optional": true
           }
          },
          "ml_pipeline_grpc_backoff_multiplier": {
           "type": "string",
           "id": 15,
           "options": {
            "proto3_optional": true
           }
          },
          "ml_pipeline_grpc_backoff_jitter": {
           "type": "string",
           "id": 16,
           "options": {
            "proto3_optional": true
           }
          },
          "ml_pipeline_grpc_backoff_max_delay": {
           "type": "string",
           "id": 17,
           "options": {
            "proto3_optional": true
           }
          },
          "ml_pipeline_grpc_min_connect_timeout": {
           "type": "string",
           "id": 18,
           "options": {
            "proto3_optional": true
           }
          }
         }
        },
        "ExecuteResponse": {
         "oneofs": {
          "_execution_id": {
           "oneof": [
            "execution_id"
           ]
          },
          "_task_id": {
           "oneof": [
            "task_id"
           ]
          },
          "_iteration_count": {
           "oneof": [
            "iteration_count"
           ]
          },
          "_condition": {
           "oneof": [
            "condition"
           ]
          },
          "_cached": {
           "oneof": [
            "cached"
           ]
          },
          "_pod_spec_patch": {
           "oneof": [
            "pod_spec_patch"
           ]
          }
         },
         "fields": {
          "execution_id": {
           "type": "int64",
           "id": 1,
           "options": {
            "proto3_optional": true
           }
          },
          "task_id": {
           "type": "string",
           "id": 2,
           "options": {
            "proto3_optional": true
           }
          },
          "iteration_count": {
           "type": "int32",
           "id": 3,
           "options": {
            "proto3_optional": true
           }
          },
          "condition": {
           "type": "bool",
           "id": 4,
           "options": {
            "proto3_optional": true
           }
          },
          "cached": {
           "type": "bool",
           "id": 5,
           "options": {
            "proto3_optional": true
           }
          },
          "pod_spec_patch": {
           "type": "string",
           "id": 6,
           "options": {
            "proto3_optional": true
           }
          },
          "extra_outputs": {
           "keyType": "string",
           "type": "string",
           "id": 7
          }
         }
        }
       }
      }
     }
    }
   }
  }
 }
} as INamespace;
