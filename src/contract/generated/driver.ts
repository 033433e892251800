import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { DriverServiceClient as _kfp_driver_v1_DriverServiceClient, DriverServiceDefinition as _kfp_driver_v1_DriverServiceDefinition } from './kfp/driver/v1/DriverService.js';
import type { ExecuteRequest as _kfp_driver_v1_ExecuteRequest, ExecuteRequest__Output as _kfp_driver_v1_ExecuteRequest__Output } from './kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse as _kfp_driver_v1_ExecuteResponse, ExecuteResponse__Output as _kfp_driver_v1_ExecuteResponse__Output } from './kfp/driver/v1/ExecuteResponse.js';
import type { UntrustedOverrides as _kfp_driver_v1_UntrustedOverrides, UntrustedOverrides__Output as _kfp_driver_v1_UntrustedOverrides__Output } from './kfp/driver/v1/UntrustedOverrides.js';
import type { Workflow as _kfp_driver_v1_Workflow, Workflow__Output as _kfp_driver_v1_Workflow__Output } from './kfp/driver/v1/Workflow.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  kfp: {
    driver: {
      v1: {
        DriverService: SubtypeConstructor<typeof grpc.Client, _kfp_driver_v1_DriverServiceClient> & { service: _kfp_driver_v1_DriverServiceDefinition }
        DriverType: EnumTypeDefinition
        ExecuteRequest: MessageTypeDefinition<_kfp_driver_v1_ExecuteRequest, _kfp_driver_v1_ExecuteRequest__Output>
        ExecuteResponse: MessageTypeDefinition<_kfp_driver_v1_ExecuteResponse, _kfp_driver_v1_ExecuteResponse__Output>
        UntrustedOverrides: MessageTypeDefinition<_kfp_driver_v1_UntrustedOverrides, _kfp_driver_v1_UntrustedOverrides__Output>
        Workflow: MessageTypeDefinition<_kfp_driver_v1_Workflow, _kfp_driver_v1_Workflow__Output>
      }
    }
  }
}

