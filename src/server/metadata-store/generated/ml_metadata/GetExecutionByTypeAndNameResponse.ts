// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Execution as _ml_metadata_Execution, Execution__Output as _ml_metadata_Execution__Output } from '../ml_metadata/Execution.js';

export interface GetExecutionByTypeAndNameResponse {
  'execution'?: (_ml_metadata_Execution | null);
  '_execution'?: "execution";
}

export interface GetExecutionByTypeAndNameResponse__Output {
  'execution'?: (_ml_metadata_Execution__Output);
}
