// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ExecutionType {
  'id'?: (number | string | Long);
  'name'?: (string);
  '_id'?: "id";
  '_name'?: "name";
}

export interface ExecutionType__Output {
  'id'?: (string);
  'name'?: (string);
}
