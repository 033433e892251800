// Original file: proto/ml_metadata/metadata_store_service.proto

import type { ListOperationOptions as _ml_metadata_ListOperationOptions, ListOperationOptions__Output as _ml_metadata_ListOperationOptions__Output } from '../ml_metadata/ListOperationOptions.js';
import type { Long } from '@grpc/proto-loader';

export interface GetExecutionsByContextRequest {
  'context_id'?: (number | string | Long);
  'options'?: (_ml_metadata_ListOperationOptions | null);
  '_context_id'?: "context_id";
  '_options'?: "options";
}

export interface GetExecutionsByContextRequest__Output {
  'context_id'?: (string);
  'options'?: (_ml_metadata_ListOperationOptions__Output);
}
