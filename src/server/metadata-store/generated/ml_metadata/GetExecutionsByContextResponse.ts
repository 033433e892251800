// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Execution as _ml_metadata_Execution, Execution__Output as _ml_metadata_Execution__Output } from '../ml_metadata/Execution.js';

export interface GetExecutionsByContextResponse {
  'executions'?: (_ml_metadata_Execution)[];
  'next_page_token'?: (string);
  '_next_page_token'?: "next_page_token";
}

export interface GetExecutionsByContextResponse__Output {
  'executions'?: (_ml_metadata_Execution__Output)[];
  'next_page_token'?: (string);
}
