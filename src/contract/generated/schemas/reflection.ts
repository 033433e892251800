// From grpc/reflection/v1/reflection.proto by scripts/generate.mjs
import type { INamespace } from 'protobufjs';

export const reflectionSchema = {
 "nested": {
  "grpc": {
   "nested": {
    "reflection": {
     "nested": {
      "v1": {
       "options": {
        "go_package": "google.golang.org/grpc/reflection/grpc_reflection_v1",
        "java_multiple_files": true,
        "java_package": "io.grpc.reflection.v1",
        "java_outer_classname": "ServerReflectionProto"
       },
       "nested": {
        "ServerReflection": {
         "methods": {
          "ServerReflectionInfo": {
           "requestType": "ServerReflectionRequest",
           "requestStream": true,
           "responseType": "ServerReflectionResponse",
           "responseStream": true
          }
         }
        },
        "ServerReflectionRequest": {
         "oneofs": {
          "message_request": {
           "oneof": [
            "file_by_filename",
            "file_containing_symbol",
            "file_containing_extension",
            "all_extension_numbers_of_type",
            "list_services"
           ]
          }
         },
         "fields": {
          "host": {
           "type": "string",
           "id": 1
          },
          "file_by_filename": {
           "type": "string",
           "id": 3
          },
          "file_containing_symbol": {
           "type": "string",
           "id": 4
          },
          "file_containing_extension": {
           "type": "ExtensionRequest",
           "id": 5
          },
          "all_extension_numbers_of_type": {
           "type": "string",
           "id": 6
          },
          "list_services": {
           "type": "string",
           "id": 7
          }
         }
        },
        "ExtensionRequest": {
         "fields": {
          "containing_type": {
           "type": "string",
           "id": 1
          },
          "extension_number": {
           "type": "int32",
           "id": 2
          }
         }
        },
        "ServerReflectionResponse": {
         "oneofs": {
          "message_response": {
           "oneof": [
            "file_descriptor_response",
            "all_extension_numbers_response",
            "list_services_response",
            "error_response"
           ]
          }
         },
         "fields": {
          "valid_host": {
           "type": "string",
           "id": 1
          },
          "original_request": {
           "type": "ServerReflectionRequest",
           "id": 2
          },
          "file_descriptor_response": {
           "type": "FileDescriptorResponse",
           "id": 4
          },
          "all_extension_numbers_response": {
           "type": "ExtensionNumberResponse",
           "id": 5
          },
          "list_services_response": {
           "type": "ListServiceResponse",
           "id": 6
          },
          "error_response": {
           "type": "ErrorResponse",
           "id": 7
          }
         }
        },
        "FileDescriptorResponse": {
         "fields": {
          "file_descriptor_proto": {
           "rule": "repeated",
           "type": "bytes",
           "id": 1
          }
         }
        },
        "ExtensionNumberResponse": {
         "fields": {
          "base_type_name": {
           "type": "string",
           "id": 1
          },
          "extension_number": {
           "rule": "repeated",
           "type": "int32",
           "id": 2
          }
         }
        },
        "ListServiceResponse": {
         "fields": {
          "service": {
           "rule": "repeated",
           "type": "ServiceResponse",
           "id": 1
          }
         }
        },
        "ServiceResponse": {
         "fields": {
          "name": {
           "type": "string",
           "id": 1
          }
         }
        },
        "ErrorResponse": {
         "fields": {
          "error_code": {
           "type": "int32",
           "id": 1
          },
          "error_message": {
           "type": "string",
           "id": 2
          }
         }
        }
       }
      }
     }
    }
   }
  }
 }
} as INamespace;
