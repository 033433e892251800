// Original file: proto/ml_metadata/metadata_store_service.proto


export interface GetContextByTypeAndNameRequest {
  'type_name'?: (string);
  'context_name'?: (string);
  '_type_name'?: "type_name";
  '_context_name'?: "context_name";
}

export interface GetContextByTypeAndNameRequest__Output {
  'type_name'?: (string);
  'context_name'?: (string);
}
