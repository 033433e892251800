// Original file: proto/kfp/driver/v1/driver.proto

import type { Long } from '@grpc/proto-loader';

export interface ExecuteResponse {
  'execution_id'?: (number | string | Long);
  'task_id'?: (string);
  'iteration_count'?: (number);
  'condition'?: (boolean);
  'cached'?: (boolean);
  'pod_spec_patch'?: (string);
  'extra_outputs'?: ({[key: string]: string});
  '_execution_id'?: "execution_id";
  '_task_id'?: "task_id";
  '_iteration_count'?: "iteration_count";
  '_condition'?: "condition";
  '_cached'?: "cached";
  '_pod_spec_patch'?: "pod_spec_patch";
}

export interface ExecuteResponse__Output {
  'execution_id'?: (string);
  'task_id'?: (string);
  'iteration_count'?: (number);
  'condition'?: (boolean);
  'cached'?: (boolean);
  'pod_spec_patch'?: (string);
  'extra_outputs'?: ({[key: string]: string});
}
