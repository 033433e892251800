// Original file: proto/ml_metadata/metadata_store_service.proto


export interface GetExecutionByTypeAndNameRequest {
  'type_name'?: (string);
  'execution_name'?: (string);
  '_type_name'?: "type_name";
  '_execution_name'?: "execution_name";
}

export interface GetExecutionByTypeAndNameRequest__Output {
  'type_name'?: (string);
  'execution_name'?: (string);
}
