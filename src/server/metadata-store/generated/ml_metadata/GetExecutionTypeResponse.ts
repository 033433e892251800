// Original file: proto/ml_metadata/metadata_store_service.proto

import type { ExecutionType as _ml_metadata_ExecutionType, ExecutionType__Output as _ml_metadata_ExecutionType__Output } from '../ml_metadata/ExecutionType.js';

export interface GetExecutionTypeResponse {
  'execution_type'?: (_ml_metadata_ExecutionType | null);
  '_execution_type'?: "execution_type";
}

export interface GetExecutionTypeResponse__Output {
  'execution_type'?: (_ml_metadata_ExecutionType__Output);
}
