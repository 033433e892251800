// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Long } from '@grpc/proto-loader';

export interface Value {
  'int_value'?: (number | string | Long);
  'string_value'?: (string);
  'value'?: "int_value"|"string_value";
}

export interface Value__Output {
  'int_value'?: (string);
  'string_value'?: (string);
}
