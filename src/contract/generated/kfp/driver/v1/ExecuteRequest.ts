// Original file: proto/kfp/driver/v1/driver.proto

import type { Workflow as _kfp_driver_v1_Workflow, Workflow__Output as _kfp_driver_v1_Workflow__Output } from '../../../kfp/driver/v1/Workflow.js';
import type { DriverType as _kfp_driver_v1_DriverType, DriverType__Output as _kfp_driver_v1_DriverType__Output } from '../../../kfp/driver/v1/DriverType.js';
import type { UntrustedOverrides as _kfp_driver_v1_UntrustedOverrides, UntrustedOverrides__Output as _kfp_driver_v1_UntrustedOverrides__Output } from '../../../kfp/driver/v1/UntrustedOverrides.js';
import type { Long } from '@grpc/proto-loader';

export interface ExecuteRequest {
  'request_id'?: (string);
  'workflow'?: (_kfp_driver_v1_Workflow | null);
  'type'?: (_kfp_driver_v1_DriverType);
  'pipeline_name'?: (string);
  'run_id'?: (string);
  'run_name'?: (string);
  'run_display_name'?: (string);
  'task_name'?: (string);
  'component'?: (string);
  'task'?: (string);
  'container'?: (string);
  'runtime_config'?: (string);
  'kubernetes_config'?: (string);
  'runtime_args'?: (string);
  'dag_execution_id'?: (number | string | Long);
  'parent_task_id'?: (string);
  'iteration_index'?: (number);
  'cache_disabled'?: (boolean);
  'pipeline_job_create_time_utc'?: (string);
  'pipeline_job_schedule_time_epoch_seconds'?: (number | string | Long);
  'default_run_as_user'?: (number | string | Long);
  'default_run_as_group'?: (number | string | Long);
  'default_run_as_non_root'?: (boolean);
  'default_host_users'?: (boolean);
  'untrusted_overrides'?: (_kfp_driver_v1_UntrustedOverrides | null);
  'extra_args'?: ({[key: string]: string});
  '_pipeline_name'?: "pipeline_name";
  '_run_id'?: "run_id";
  '_run_name'?: "run_name";
  '_run_display_name'?: "run_display_name";
  '_task_name'?: "task_name";
  '_component'?: "component";
  '_task'?: "task";
  '_container'?: "container";
  '_runtime_config'?: "runtime_config";
  '_kubernetes_config'?: "kubernetes_config";
  '_runtime_args'?: "runtime_args";
  '_dag_execution_id'?: "dag_execution_id";
  '_parent_task_id'?: "parent_task_id";
  '_iteration_index'?: "iteration_index";
  '_cache_disabled'?: "cache_disabled";
  '_pipeline_job_create_time_utc'?: "pipeline_job_create_time_utc";
  '_pipeline_job_schedule_time_epoch_seconds'?: "pipeline_job_schedule_time_epoch_seconds";
  '_default_run_as_user'?: "default_run_as_user";
  '_default_run_as_group'?: "default_run_as_group";
  '_default_run_as_non_root'?: "default_run_as_non_root";
  '_default_host_users'?: "default_host_users";
}

export interface ExecuteRequest__Output {
  'request_id'?: (string);
  'workflow'?: (_kfp_driver_v1_Workflow__Output);
  'type'?: (_kfp_driver_v1_DriverType__Output);
  'pipeline_name'?: (string);
  'run_id'?: (string);
  'run_name'?: (string);
  'run_display_name'?: (string);
  'task_name'?: (string);
  'component'?: (string);
  'task'?: (string);
  'container'?: (string);
  'runtime_config'?: (string);
  'kubernetes_config'?: (string);
  'runtime_args'?: (string);
  'dag_execution_id'?: (string);
  'parent_task_id'?: (string);
  'iteration_index'?: (number);
  'cache_disabled'?: (boolean);
  'pipeline_job_create_time_utc'?: (string);
  'pipeline_job_schedule_time_epoch_seconds'?: (string);
  'default_run_as_user'?: (string);
  'default_run_as_group'?: (string);
  'default_run_as_non_root'?: (boolean);
  'default_host_users'?: (boolean);
  'untrusted_overrides'?: (_kfp_driver_v1_UntrustedOverrides__Output);
  'extra_args'?: ({[key: string]: string});
}
