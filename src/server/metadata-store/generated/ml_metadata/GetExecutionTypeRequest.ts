// Original file: proto/ml_metadata/metadata_store_service.proto


export interface GetExecutionTypeRequest {
  'type_name'?: (string);
  '_type_name'?: "type_name";
}

export interface GetExecutionTypeRequest__Output {
  'type_name'?: (string);
}
