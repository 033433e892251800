// Original file: proto/ml_metadata/metadata_store_service.proto


export interface ListOperationOptions {
  'max_result_size'?: (number);
  'next_page_token'?: (string);
  'filter_query'?: (string);
  '_max_result_size'?: "max_result_size";
  '_next_page_token'?: "next_page_token";
  '_filter_query'?: "filter_query";
}

export interface ListOperationOptions__Output {
  'max_result_size'?: (number);
  'next_page_token'?: (string);
  'filter_query'?: (string);
}
