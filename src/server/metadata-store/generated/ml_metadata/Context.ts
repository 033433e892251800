// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Value as _ml_metadata_Value, Value__Output as _ml_metadata_Value__Output } from '../ml_metadata/Value.js';
import type { Long } from '@grpc/proto-loader';

export interface Context {
  'id'?: (number | string | Long);
  'name'?: (string);
  'custom_properties'?: ({[key: string]: _ml_metadata_Value});
  '_id'?: "id";
  '_name'?: "name";
}

export interface Context__Output {
  'id'?: (string);
  'name'?: (string);
  'custom_properties'?: ({[key: string]: _ml_metadata_Value__Output});
}
