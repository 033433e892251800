// From ml_metadata/metadata_store_service.proto by scripts/generate.mjs
import type { INamespace } from 'protobufjs';

export const metadataStoreSchema = {
 "nested": {
  "ml_metadata": {
   "nested": {
    "MetadataStoreService": {
     "methods": {
      "PutExecutions": {
       "requestType": "PutExecutionsRequest",
       "responseType": "PutExecutionsResponse"
      },
      "GetExecutionType": {
       "requestType": "GetExecutionTypeRequest",
       "responseType": "GetExecutionTypeResponse"
      },
      "GetExecutionByTypeAndName": {
       "requestType": "GetExecutionByTypeAndNameRequest",
       "responseType": "GetExecutionByTypeAndNameResponse"
      },
      "GetContextByTypeAndName": {
       "requestType": "GetContextByTypeAndNameRequest",
       "responseType": "GetContextByTypeAndNameResponse"
      },
      "GetExecutionsByContext": {
       "requestType": "GetExecutionsByContextRequest",
       "responseType": "GetExecutionsByContextResponse"
      }
     }
    },
    "Value": {
     "oneofs": {
      "value": {
       "oneof": [
        "int_value",
        "string_value"
       ]
      }
     },
     "fields": {
      "int_value": {
       "type": "int64",
       "id": 1
      },
      "string_value": {
       "type": "string",
       "id": 3
      }
     }
    },
    "Execution": {
     "oneofs": {
      "_id": {
       "oneof": [
        "id"
       ]
      },
      "_type_id": {
       "oneof": [
        "type_id"
       ]
      },
      "_last_known_state": {
       "oneof": [
        "last_known_state"
       ]
      },
      "_name": {
       "oneof": [
        "name"
       ]
      },
      "_type": {
       "oneof": [
        "type"
       ]
      }
     },
     "fields": {
      "id": {
       "type": "int64",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      },
      "type_id": {
       "type": "int64",
       "id": 2,
       "options": {
        "proto3_optional": true
       }
      },
      "last_known_state": {
       "type": "State",
       "id": 3,
       "options": {
        "proto3_optional": true
       }
      },
      "custom_properties": {
       "keyType": "string",
       "type": "Value",
       "id": 5
      },
      "name": {
       "type": "string",
       "id": 6,
       "options": {
        "proto3_optional": true
       }
      },
      "type": {
       "type": "string",
       "id": 7,
       "options": {
        "proto3_optional": true
       }
      }
     },
     "nested": {
      "State": {
       "values": {
        "UNKNOWN": 0,
        "NEW": 1,
        "RUNNING": 2,
        "COMPLETE": 3,
        "FAILED": 4,
        "CACHED": 5,
        "CANCELED": 6
       }
      }
     }
    },
    "ExecutionType": {
     "oneofs": {
      "_id": {
       "oneof": [
        "id"
       ]
      },
      "_name": {
       "oneof": [
        "name"
       ]
      }
     },
     "fields": {
      "id": {
       "type": "int64",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      },
      "name": {
       "type": "string",
       "id": 2,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "Context": {
     "oneofs": {
      "_id": {
       "oneof": [
        "id"
       ]
      },
      "_name": {
       "oneof": [
        "name"
       ]
      }
     },
     "fields": {
      "id": {
       "type": "int64",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      },
      "name": {
       "type": "string",
       "id": 3,
       "options": {
        "proto3_optional": true
       }
      },
      "custom_properties": {
       "keyType": "string",
       "type": "Value",
       "id": 5
      }
     }
    },
    "ListOperationOptions": {
     "oneofs": {
      "_max_result_size": {
       "oneof": [
        "max_result_size"
       ]
      },
      "_next_page_token": {
       "oneof": [
        "next_page_token"
       ]
      },
      "_filter_query": {
       "oneof": [
        "filter_query"
       ]
      }
     },
     "fields": {
      "max_result_size": {
       "type": "int32",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      },
      "next_page_token": {
       "type": "string",
       "id": 3,
       "options": {
        "proto3_optional": true
       }
      },
      "filter_query": {
       "type": "string",
       "id": 4,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "PutExecutionsRequest": {
     "oneofs": {
      "_update_mask": {
       "oneof": [
        "update_mask"
       ]
      }
     },
     "fields": {
      "executions": {
       "rule": "repeated",
       "type": "Execution",
       "id": 1
      },
      "update_mask": {
       "type": "google.protobuf.FieldMask",
       "id": 3,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "PutExecutionsResponse": {
     "fields": {
      "execution_ids": {
       "rule": "repeated",
       "type": "int64",
       "id": 1
      }
     }
    },
    "GetExecutionTypeRequest": {
     "oneofs": {
      "_type_name": {
       "oneof": [
        "type_name"
       ]
      }
     },
     "fields": {
      "type_name": {
       "type": "string",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "GetExecutionTypeResponse": {
     "oneofs": {
      "_execution_type": {
       "oneof": [
        "execution_type"
       ]
      }
     },
     "fields": {
      "execution_type": {
       "type": "ExecutionType",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "GetExecutionByTypeAndNameRequest": {
     "oneofs": {
      "_type_name": {
       "oneof": [
        "type_name"
       ]
      },
      "_execution_name": {
       "oneof": [
        "execution_name"
       ]
      }
     },
     "fields": {
      "type_name": {
       "type": "string",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      },
      "execution_name": {
       "type": "string",
       "id": 2,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "GetExecutionByTypeAndNameResponse": {
     "oneofs": {
      "_execution": {
       "oneof": [
        "execution"
       ]
      }
     },
     "fields": {
      "execution": {
       "type": "Execution",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "GetContextByTypeAndNameRequest": {
     "oneofs": {
      "_type_name": {
       "oneof": [
        "type_name"
       ]
      },
      "_context_name": {
       "oneof": [
        "context_name"
       ]
      }
     },
     "fields": {
      "type_name": {
       "type": "string",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      },
      "context_name": {
       "type": "string",
       "id": 2,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "GetContextByTypeAndNameResponse": {
     "oneofs": {
      "_context": {
       "oneof": [
        "context"
       ]
      }
     },
     "fields": {
      "context": {
       "type": "Context",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "GetExecutionsByContextRequest": {
     "oneofs": {
      "_context_id": {
       "oneof": [
        "context_id"
       ]
      },
      "_options": {
       "oneof": [
        "options"
       ]
      }
     },
     "fields": {
      "context_id": {
       "type": "int64",
       "id": 1,
       "options": {
        "proto3_optional": true
       }
      },
      "options": {
       "type": "ListOperationOptions",
       "id": 2,
       "options": {
        "proto3_optional": true
       }
      }
     }
    },
    "GetExecutionsByContextResponse": {
     "oneofs": {
      "_next_page_token": {
       "oneof": [
        "next_page_token"
       ]
      }
     },
     "fields": {
      "executions": {
       "rule": "repeated",
       "type": "Execution",
       "id": 1
      },
      "next_page_token": {
       "type": "string",
       "id": 2,
       "options": {
        "proto3_optional": true
       }
      }
     }
    }
   }
  },
  "google": {
   "nested": {
    "protobuf": {
     "nested": {
      "FieldMask": {
       "fields": {
        "paths": {
         "rule": "repeated",
         "type": "string",
         "id": 1
        }
       }
      }
     }
    }
   }
  }
 }
} as INamespace;
