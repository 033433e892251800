// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Execution as _ml_metadata_Execution, Execution__Output as _ml_metadata_Execution__Output } from '../ml_metadata/Execution.js';
import type { FieldMask as _google_protobuf_FieldMask, FieldMask__Output as _google_protobuf_FieldMask__Output } from '../google/protobuf/FieldMask.js';

export interface PutExecutionsRequest {
  'executions'?: (_ml_metadata_Execution)[];
  'update_mask'?: (_google_protobuf_FieldMask | null);
  '_update_mask'?: "update_mask";
}

export interface PutExecutionsRequest__Output {
  'executions'?: (_ml_metadata_Execution__Output)[];
  'update_mask'?: (_google_protobuf_FieldMask__Output);
}
