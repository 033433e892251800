// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Long } from '@grpc/proto-loader';

export interface PutExecutionsResponse {
  'execution_ids'?: (number | string | Long)[];
}

export interface PutExecutionsResponse__Output {
  'execution_ids'?: (string)[];
}
