// Original file: proto/ml_metadata/metadata_store_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetContextByTypeAndNameRequest as _ml_metadata_GetContextByTypeAndNameRequest, GetContextByTypeAndNameRequest__Output as _ml_metadata_GetContextByTypeAndNameRequest__Output } from '../ml_metadata/GetContextByTypeAndNameRequest.js';
import type { GetContextByTypeAndNameResponse as _ml_metadata_GetContextByTypeAndNameResponse, GetContextByTypeAndNameResponse__Output as _ml_metadata_GetContextByTypeAndNameResponse__Output } from '../ml_metadata/GetContextByTypeAndNameResponse.js';
import type { GetExecutionByTypeAndNameRequest as _ml_metadata_GetExecutionByTypeAndNameRequest, GetExecutionByTypeAndNameRequest__Output as _ml_metadata_GetExecutionByTypeAndNameRequest__Output } from '../ml_metadata/GetExecutionByTypeAndNameRequest.js';
import type { GetExecutionByTypeAndNameResponse as _ml_metadata_GetExecutionByTypeAndNameResponse, GetExecutionByTypeAndNameResponse__Output as _ml_metadata_GetExecutionByTypeAndNameResponse__Output } from '../ml_metadata/GetExecutionByTypeAndNameResponse.js';
import type { GetExecutionTypeRequest as _ml_metadata_GetExecutionTypeRequest, GetExecutionTypeRequest__Output as _ml_metadata_GetExecutionTypeRequest__Output } from '../ml_metadata/GetExecutionTypeRequest.js';
import type { GetExecutionTypeResponse as _ml_metadata_GetExecutionTypeResponse, GetExecutionTypeResponse__Output as _ml_metadata_GetExecutionTypeResponse__Output } from '../ml_metadata/GetExecutionTypeResponse.js';
import type { GetExecutionsByContextRequest as _ml_metadata_GetExecutionsByContextRequest, GetExecutionsByContextRequest__Output as _ml_metadata_GetExecutionsByContextRequest__Output } from '../ml_metadata/GetExecutionsByContextRequest.js';
import type { GetExecutionsByContextResponse as _ml_metadata_GetExecutionsByContextResponse, GetExecutionsByContextResponse__Output as _ml_metadata_GetExecutionsByContextResponse__Output } from '../ml_metadata/GetExecutionsByContextResponse.js';
import type { PutExecutionsRequest as _ml_metadata_PutExecutionsRequest, PutExecutionsRequest__Output as _ml_metadata_PutExecutionsRequest__Output } from '../ml_metadata/PutExecutionsRequest.js';
import type { PutExecutionsResponse as _ml_metadata_PutExecutionsResponse, PutExecutionsResponse__Output as _ml_metadata_PutExecutionsResponse__Output } from '../ml_metadata/PutExecutionsResponse.js';

export interface MetadataStoreServiceClient extends grpc.Client {
  GetContextByTypeAndName(argument: _ml_metadata_GetContextByTypeAndNameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetContextByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  GetContextByTypeAndName(argument: _ml_metadata_GetContextByTypeAndNameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_GetContextByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  GetContextByTypeAndName(argument: _ml_metadata_GetContextByTypeAndNameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetContextByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  GetContextByTypeAndName(argument: _ml_metadata_GetContextByTypeAndNameRequest, callback: grpc.requestCallback<_ml_metadata_GetContextByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  getContextByTypeAndName(argument: _ml_metadata_GetContextByTypeAndNameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetContextByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  getContextByTypeAndName(argument: _ml_metadata_GetContextByTypeAndNameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_GetContextByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  getContextByTypeAndName(argument: _ml_metadata_GetContextByTypeAndNameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetContextByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  getContextByTypeAndName(argument: _ml_metadata_GetContextByTypeAndNameRequest, callback: grpc.requestCallback<_ml_metadata_GetContextByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  
  GetExecutionByTypeAndName(argument: _ml_metadata_GetExecutionByTypeAndNameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionByTypeAndName(argument: _ml_metadata_GetExecutionByTypeAndNameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_GetExecutionByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionByTypeAndName(argument: _ml_metadata_GetExecutionByTypeAndNameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionByTypeAndName(argument: _ml_metadata_GetExecutionByTypeAndNameRequest, callback: grpc.requestCallback<_ml_metadata_GetExecutionByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  getExecutionByTypeAndName(argument: _ml_metadata_GetExecutionByTypeAndNameRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  getExecutionByTypeAndName(argument: _ml_metadata_GetExecutionByTypeAndNameRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_GetExecutionByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  getExecutionByTypeAndName(argument: _ml_metadata_GetExecutionByTypeAndNameRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  getExecutionByTypeAndName(argument: _ml_metadata_GetExecutionByTypeAndNameRequest, callback: grpc.requestCallback<_ml_metadata_GetExecutionByTypeAndNameResponse__Output>): grpc.ClientUnaryCall;
  
  GetExecutionType(argument: _ml_metadata_GetExecutionTypeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionTypeResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionType(argument: _ml_metadata_GetExecutionTypeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_GetExecutionTypeResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionType(argument: _ml_metadata_GetExecutionTypeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionTypeResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionType(argument: _ml_metadata_GetExecutionTypeRequest, callback: grpc.requestCallback<_ml_metadata_GetExecutionTypeResponse__Output>): grpc.ClientUnaryCall;
  getExecutionType(argument: _ml_metadata_GetExecutionTypeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionTypeResponse__Output>): grpc.ClientUnaryCall;
  getExecutionType(argument: _ml_metadata_GetExecutionTypeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_GetExecutionTypeResponse__Output>): grpc.ClientUnaryCall;
  getExecutionType(argument: _ml_metadata_GetExecutionTypeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionTypeResponse__Output>): grpc.ClientUnaryCall;
  getExecutionType(argument: _ml_metadata_GetExecutionTypeRequest, callback: grpc.requestCallback<_ml_metadata_GetExecutionTypeResponse__Output>): grpc.ClientUnaryCall;
  
  GetExecutionsByContext(argument: _ml_metadata_GetExecutionsByContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionsByContextResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionsByContext(argument: _ml_metadata_GetExecutionsByContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_GetExecutionsByContextResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionsByContext(argument: _ml_metadata_GetExecutionsByContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionsByContextResponse__Output>): grpc.ClientUnaryCall;
  GetExecutionsByContext(argument: _ml_metadata_GetExecutionsByContextRequest, callback: grpc.requestCallback<_ml_metadata_GetExecutionsByContextResponse__Output>): grpc.ClientUnaryCall;
  getExecutionsByContext(argument: _ml_metadata_GetExecutionsByContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionsByContextResponse__Output>): grpc.ClientUnaryCall;
  getExecutionsByContext(argument: _ml_metadata_GetExecutionsByContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_GetExecutionsByContextResponse__Output>): grpc.ClientUnaryCall;
  getExecutionsByContext(argument: _ml_metadata_GetExecutionsByContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_GetExecutionsByContextResponse__Output>): grpc.ClientUnaryCall;
  getExecutionsByContext(argument: _ml_metadata_GetExecutionsByContextRequest, callback: grpc.requestCallback<_ml_metadata_GetExecutionsByContextResponse__Output>): grpc.ClientUnaryCall;
  
  PutExecutions(argument: _ml_metadata_PutExecutionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_PutExecutionsResponse__Output>): grpc.ClientUnaryCall;
  PutExecutions(argument: _ml_metadata_PutExecutionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_PutExecutionsResponse__Output>): grpc.ClientUnaryCall;
  PutExecutions(argument: _ml_metadata_PutExecutionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_PutExecutionsResponse__Output>): grpc.ClientUnaryCall;
  PutExecutions(argument: _ml_metadata_PutExecutionsRequest, callback: grpc.requestCallback<_ml_metadata_PutExecutionsResponse__Output>): grpc.ClientUnaryCall;
  putExecutions(argument: _ml_metadata_PutExecutionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_PutExecutionsResponse__Output>): grpc.ClientUnaryCall;
  putExecutions(argument: _ml_metadata_PutExecutionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_ml_metadata_PutExecutionsResponse__Output>): grpc.ClientUnaryCall;
  putExecutions(argument: _ml_metadata_PutExecutionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_ml_metadata_PutExecutionsResponse__Output>): grpc.ClientUnaryCall;
  putExecutions(argument: _ml_metadata_PutExecutionsRequest, callback: grpc.requestCallback<_ml_metadata_PutExecutionsResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface MetadataStoreServiceHandlers extends grpc.UntypedServiceImplementation {
  GetContextByTypeAndName: grpc.handleUnaryCall<_ml_metadata_GetContextByTypeAndNameRequest__Output, _ml_metadata_GetContextByTypeAndNameResponse>;
  
  GetExecutionByTypeAndName: grpc.handleUnaryCall<_ml_metadata_GetExecutionByTypeAndNameRequest__Output, _ml_metadata_GetExecutionByTypeAndNameResponse>;
  
  GetExecutionType: grpc.handleUnaryCall<_ml_metadata_GetExecutionTypeRequest__Output, _ml_metadata_GetExecutionTypeResponse>;
  
  GetExecutionsByContext: grpc.handleUnaryCall<_ml_metadata_GetExecutionsByContextRequest__Output, _ml_metadata_GetExecutionsByContextResponse>;
  
  PutExecutions: grpc.handleUnaryCall<_ml_metadata_PutExecutionsRequest__Output, _ml_metadata_PutExecutionsResponse>;
  
}

export interface MetadataStoreServiceDefinition extends grpc.ServiceDefinition {
  GetContextByTypeAndName: MethodDefinition<_ml_metadata_GetContextByTypeAndNameRequest, _ml_metadata_GetContextByTypeAndNameResponse, _ml_metadata_GetContextByTypeAndNameRequest__Output, _ml_metadata_GetContextByTypeAndNameResponse__Output>
  GetExecutionByTypeAndName: MethodDefinition<_ml_metadata_GetExecutionByTypeAndNameRequest, _ml_metadata_GetExecutionByTypeAndNameResponse, _ml_metadata_GetExecutionByTypeAndNameRequest__Output, _ml_metadata_GetExecutionByTypeAndNameResponse__Output>
  GetExecutionType: MethodDefinition<_ml_metadata_GetExecutionTypeRequest, _ml_metadata_GetExecutionTypeResponse, _ml_metadata_GetExecutionTypeRequest__Output, _ml_metadata_GetExecutionTypeResponse__Output>
  GetExecutionsByContext: MethodDefinition<_ml_metadata_GetExecutionsByContextRequest, _ml_metadata_GetExecutionsByContextResponse, _ml_metadata_GetExecutionsByContextRequest__Output, _ml_metadata_GetExecutionsByContextResponse__Output>
  PutExecutions: MethodDefinition<_ml_metadata_PutExecutionsRequest, _ml_metadata_PutExecutionsResponse, _ml_metadata_PutExecutionsRequest__Output, _ml_metadata_PutExecutionsResponse__Output>
}
