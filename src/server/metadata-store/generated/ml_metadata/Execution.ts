// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Value as _ml_metadata_Value, Value__Output as _ml_metadata_Value__Output } from '../ml_metadata/Value.js';
import type { Long } from '@grpc/proto-loader';

// Original file: proto/ml_metadata/metadata_store_service.proto

export const _ml_metadata_Execution_State = {
  UNKNOWN: 'UNKNOWN',
  NEW: 'NEW',
  RUNNING: 'RUNNING',
  COMPLETE: 'COMPLETE',
  FAILED: 'FAILED',
  CACHED: 'CACHED',
  CANCELED: 'CANCELED',
} as const;

export type _ml_metadata_Execution_State =
  | 'UNKNOWN'
  | 0
  | 'NEW'
  | 1
  | 'RUNNING'
  | 2
  | 'COMPLETE'
  | 3
  | 'FAILED'
  | 4
  | 'CACHED'
  | 5
  | 'CANCELED'
  | 6

export type _ml_metadata_Execution_State__Output = typeof _ml_metadata_Execution_State[keyof typeof _ml_metadata_Execution_State]

export interface Execution {
  'id'?: (number | string | Long);
  'type_id'?: (number | string | Long);
  'last_known_state'?: (_ml_metadata_Execution_State);
  'custom_properties'?: ({[key: string]: _ml_metadata_Value});
  'name'?: (string);
  'type'?: (string);
  '_id'?: "id";
  '_type_id'?: "type_id";
  '_last_known_state'?: "last_known_state";
  '_name'?: "name";
  '_type'?: "type";
}

export interface Execution__Output {
  'id'?: (string);
  'type_id'?: (string);
  'last_known_state'?: (_ml_metadata_Execution_State__Output);
  'custom_properties'?: ({[key: string]: _ml_metadata_Value__Output});
  'name'?: (string);
  'type'?: (string);
}
