import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { FieldMask as _google_protobuf_FieldMask, FieldMask__Output as _google_protobuf_FieldMask__Output } from './google/protobuf/FieldMask.js';
import type { Context as _ml_metadata_Context, Context__Output as _ml_metadata_Context__Output } from './ml_metadata/Context.js';
import type { Execution as _ml_metadata_Execution, Execution__Output as _ml_metadata_Execution__Output } from './ml_metadata/Execution.js';
import type { ExecutionType as _ml_metadata_ExecutionType, ExecutionType__Output as _ml_metadata_ExecutionType__Output } from './ml_metadata/ExecutionType.js';
import type { GetContextByTypeAndNameRequest as _ml_metadata_GetContextByTypeAndNameRequest, GetContextByTypeAndNameRequest__Output as _ml_metadata_GetContextByTypeAndNameRequest__Output } from './ml_metadata/GetContextByTypeAndNameRequest.js';
import type { GetContextByTypeAndNameResponse as _ml_metadata_GetContextByTypeAndNameResponse, GetContextByTypeAndNameResponse__Output as _ml_metadata_GetContextByTypeAndNameResponse__Output } from './ml_metadata/GetContextByTypeAndNameResponse.js';
import type { GetExecutionByTypeAndNameRequest as _ml_metadata_GetExecutionByTypeAndNameRequest, GetExecutionByTypeAndNameRequest__Output as _ml_metadata_GetExecutionByTypeAndNameRequest__Output } from './ml_metadata/GetExecutionByTypeAndNameRequest.js';
import type { GetExecutionByTypeAndNameResponse as _ml_metadata_GetExecutionByTypeAndNameResponse, GetExecutionByTypeAndNameResponse__Output as _ml_metadata_GetExecutionByTypeAndNameResponse__Output } from './ml_metadata/GetExecutionByTypeAndNameResponse.js';
import type { GetExecutionTypeRequest as _ml_metadata_GetExecutionTypeRequest, GetExecutionTypeRequest__Output as _ml_metadata_GetExecutionTypeRequest__Output } from './ml_metadata/GetExecutionTypeRequest.js';
import type { GetExecutionTypeResponse as _ml_metadata_GetExecutionTypeResponse, GetExecutionTypeResponse__Output as _ml_metadata_GetExecutionTypeResponse__Output } from './ml_metadata/GetExecutionTypeResponse.js';
import type { GetExecutionsByContextRequest as _ml_metadata_GetExecutionsByContextRequest, GetExecutionsByContextRequest__Output as _ml_metadata_GetExecutionsByContextRequest__Output } from './ml_metadata/GetExecutionsByContextRequest.js';
import type { GetExecutionsByContextResponse as _ml_metadata_GetExecutionsByContextResponse, GetExecutionsByContextResponse__Output as _ml_metadata_GetExecutionsByContextResponse__Output } from './ml_metadata/GetExecutionsByContextResponse.js';
import type { ListOperationOptions as _ml_metadata_ListOperationOptions, ListOperationOptions__Output as _ml_metadata_ListOperationOptions__Output } from './ml_metadata/ListOperationOptions.js';
import type { MetadataStoreServiceClient as _ml_metadata_MetadataStoreServiceClient, MetadataStoreServiceDefinition as _ml_metadata_MetadataStoreServiceDefinition } from './ml_metadata/MetadataStoreService.js';
import type { PutExecutionsRequest as _ml_metadata_PutExecutionsRequest, PutExecutionsRequest__Output as _ml_metadata_PutExecutionsRequest__Output } from './ml_metadata/PutExecutionsRequest.js';
import type { PutExecutionsResponse as _ml_metadata_PutExecutionsResponse, PutExecutionsResponse__Output as _ml_metadata_PutExecutionsResponse__Output } from './ml_metadata/PutExecutionsResponse.js';
import type { Value as _ml_metadata_Value, Value__Output as _ml_metadata_Value__Output } from './ml_metadata/Value.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  google: {
    protobuf: {
      FieldMask: MessageTypeDefinition<_google_protobuf_FieldMask, _google_protobuf_FieldMask__Output>
    }
  }
  ml_metadata: {
    Context: MessageTypeDefinition<_ml_metadata_Context, _ml_metadata_Context__Output>
    Execution: MessageTypeDefinition<_ml_metadata_Execution, _ml_metadata_Execution__Output>
    ExecutionType: MessageTypeDefinition<_ml_metadata_ExecutionType, _ml_metadata_ExecutionType__Output>
    GetContextByTypeAndNameRequest: MessageTypeDefinition<_ml_metadata_GetContextByTypeAndNameRequest, _ml_metadata_GetContextByTypeAndNameRequest__Output>
    GetContextByTypeAndNameResponse: MessageTypeDefinition<_ml_metadata_GetContextByTypeAndNameResponse, _ml_metadata_GetContextByTypeAndNameResponse__Output>
    GetExecutionByTypeAndNameRequest: MessageTypeDefinition<_ml_metadata_GetExecutionByTypeAndNameRequest, _ml_metadata_GetExecutionByTypeAndNameRequest__Output>
    GetExecutionByTypeAndNameResponse: MessageTypeDefinition<_ml_metadata_GetExecutionByTypeAndNameResponse, _ml_metadata_GetExecutionByTypeAndNameResponse__Output>
    GetExecutionTypeRequest: MessageTypeDefinition<_ml_metadata_GetExecutionTypeRequest, _ml_metadata_GetExecutionTypeRequest__Output>
    GetExecutionTypeResponse: MessageTypeDefinition<_ml_metadata_GetExecutionTypeResponse, _ml_metadata_GetExecutionTypeResponse__Output>
    GetExecutionsByContextRequest: MessageTypeDefinition<_ml_metadata_GetExecutionsByContextRequest, _ml_metadata_GetExecutionsByContextRequest__Output>
    GetExecutionsByContextResponse: MessageTypeDefinition<_ml_metadata_GetExecutionsByContextResponse, _ml_metadata_GetExecutionsByContextResponse__Output>
    ListOperationOptions: MessageTypeDefinition<_ml_metadata_ListOperationOptions, _ml_metadata_ListOperationOptions__Output>
    MetadataStoreService: SubtypeConstructor<typeof grpc.Client, _ml_metadata_MetadataStoreServiceClient> & { service: _ml_metadata_MetadataStoreServiceDefinition }
    PutExecutionsRequest: MessageTypeDefinition<_ml_metadata_PutExecutionsRequest, _ml_metadata_PutExecutionsRequest__Output>
    PutExecutionsResponse: MessageTypeDefinition<_ml_metadata_PutExecutionsResponse, _ml_metadata_PutExecutionsResponse__Output>
    Value: MessageTypeDefinition<_ml_metadata_Value, _ml_metadata_Value__Output>
  }
}

