// Original file: proto/kfp/driver/v1/driver.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExecuteRequest as _kfp_driver_v1_ExecuteRequest, ExecuteRequest__Output as _kfp_driver_v1_ExecuteRequest__Output } from '../../../kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse as _kfp_driver_v1_ExecuteResponse, ExecuteResponse__Output as _kfp_driver_v1_ExecuteResponse__Output } from '../../../kfp/driver/v1/ExecuteResponse.js';

export interface DriverServiceClient extends grpc.Client {
  Execute(argument: _kfp_driver_v1_ExecuteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_kfp_driver_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  Execute(argument: _kfp_driver_v1_ExecuteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_kfp_driver_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  Execute(argument: _kfp_driver_v1_ExecuteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_kfp_driver_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  Execute(argument: _kfp_driver_v1_ExecuteRequest, callback: grpc.requestCallback<_kfp_driver_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  execute(argument: _kfp_driver_v1_ExecuteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_kfp_driver_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  execute(argument: _kfp_driver_v1_ExecuteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_kfp_driver_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  execute(argument: _kfp_driver_v1_ExecuteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_kfp_driver_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  execute(argument: _kfp_driver_v1_ExecuteRequest, callback: grpc.requestCallback<_kfp_driver_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface DriverServiceHandlers extends grpc.UntypedServiceImplementation {
  Execute: grpc.handleUnaryCall<_kfp_driver_v1_ExecuteRequest__Output, _kfp_driver_v1_ExecuteResponse>;
  
}

export interface DriverServiceDefinition extends grpc.ServiceDefinition {
  Execute: MethodDefinition<_kfp_driver_v1_ExecuteRequest, _kfp_driver_v1_ExecuteResponse, _kfp_driver_v1_ExecuteRequest__Output, _kfp_driver_v1_ExecuteResponse__Output>
}
