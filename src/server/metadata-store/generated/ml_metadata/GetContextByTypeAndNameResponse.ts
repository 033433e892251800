// Original file: proto/ml_metadata/metadata_store_service.proto

import type { Context as _ml_metadata_Context, Context__Output as _ml_metadata_Context__Output } from '../ml_metadata/Context.js';

export interface GetContextByTypeAndNameResponse {
  'context'?: (_ml_metadata_Context | null);
  '_context'?: "context";
}

export interface GetContextByTypeAndNameResponse__Output {
  'context'?: (_ml_metadata_Context__Output);
}
