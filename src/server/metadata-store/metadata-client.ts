import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  type GrpcObject,
  status as grpcStatus,
  loadPackageDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSchema } from '../../contract/service-definition.js';
import type { Status } from '../../contract/status-error.js';
import type { ProtoGrpcType } from './generated/metadata_store_service.js';
import type { GetContextByTypeAndNameRequest } from './generated/ml_metadata/GetContextByTypeAndNameRequest.js';
import type { GetContextByTypeAndNameResponse__Output } from './generated/ml_metadata/GetContextByTypeAndNameResponse.js';
import type { GetExecutionByTypeAndNameRequest } from './generated/ml_metadata/GetExecutionByTypeAndNameRequest.js';
import type { GetExecutionByTypeAndNameResponse__Output } from './generated/ml_metadata/GetExecutionByTypeAndNameResponse.js';
import type { GetExecutionsByContextRequest } from './generated/ml_metadata/GetExecutionsByContextRequest.js';
import type { GetExecutionsByContextResponse__Output } from './generated/ml_metadata/GetExecutionsByContextResponse.js';
import type { GetExecutionTypeRequest } from './generated/ml_metadata/GetExecutionTypeRequest.js';
import type { GetExecutionTypeResponse__Output } from './generated/ml_metadata/GetExecutionTypeResponse.js';
import type { PutExecutionsRequest } from './generated/ml_metadata/PutExecutionsRequest.js';
import type { PutExecutionsResponse__Output } from './generated/ml_metadata/PutExecutionsResponse.js';
import { metadataStoreSchema } from './generated/schemas/metadata-store.js';
import {
  type MetadataAddress,
  metadataChannelOptions,
  metadataCredentials,
  metadataTarget,
} from './metadata-address.js';

/** Times of the calls to ML Metadata, milliseconds. */
export interface MetadataTimes {
  /** One attempt, its connection included. */
  readonly attemptMs: number;
  /** All attempts at one call together. */
  readonly budgetMs: number;
  /** Before the second attempt, on average; each further one waits twice as long, up to `mostPauseMs`. */
  readonly firstPauseMs: number;
  readonly mostPauseMs: number;
}

/** What a call that failed for good ended with. The message is ML Metadata's and may quote a property: never log it. */
export class MetadataError extends Error {
  readonly status: Status;
  readonly method: string;

  constructor(method: string, error: ServiceError) {
    super(error.details, { cause: error });
    this.name = 'MetadataError';
    this.method = method;
    this.status = statusOf(error);
  }
}

/** What each method takes and answers. */
interface Methods {
  GetContextByTypeAndName: [GetContextByTypeAndNameRequest, GetContextByTypeAndNameResponse__Output];
  GetExecutionByTypeAndName: [GetExecutionByTypeAndNameRequest, GetExecutionByTypeAndNameResponse__Output];
  GetExecutionsByContext: [GetExecutionsByContextRequest, GetExecutionsByContextResponse__Output];
  GetExecutionType: [GetExecutionTypeRequest, GetExecutionTypeResponse__Output];
  PutExecutions: [PutExecutionsRequest, PutExecutionsResponse__Output];
}
type Method = keyof Methods;
/** A method as far as a caller uses it: the generated types tell what is sent from what is received. */
interface Sent<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export interface MetadataClient {
  /** Calls one method until it is answered, ends with a status that is final, or the budget is over. */
  call<Name extends Method>(method: Name, request: Methods[Name][0]): Promise<Methods[Name][1]>;
  close(): void;
}

export const defaultMetadataTimes: MetadataTimes = {
  attemptMs: 5_000,
  budgetMs: 10_000,
  firstPauseMs: 50,
  mostPauseMs: 1_000,
};

/**
 * Every call here may be made twice: reads, and writes that name what they set. ABORTED is a deadlock of MySQL among
 * parallel writers, UNAVAILABLE and CANCELLED a connection that broke (kubeflow/pipelines
 * backend/src/v2/metadata/client.go, mlmdClientSideMaxRetries).
 */
const passing: readonly Status[] = ['ABORTED', 'UNAVAILABLE', 'CANCELLED', 'DEADLINE_EXCEEDED'];

/** As much as KFP's own client takes: a page of executions has all their properties. */
const maxMessageBytes = 100 << 20;

const loadService = () => {
  const definition = loadSchema(metadataStoreSchema);
  const { ml_metadata } = loadPackageDefinition(definition) as GrpcObject & ProtoGrpcType;
  return ml_metadata.MetadataStoreService.service;
};

/** A client of ML Metadata. `onLost` is told each time the connection broke: the store may be another one afterwards. */
export function createMetadataClient(
  address: MetadataAddress,
  onLost: () => void = () => {},
  times: MetadataTimes = defaultMetadataTimes,
): MetadataClient {
  const service = loadService();
  let client: Client | undefined;
  const connect = () =>
    new Client(metadataTarget(address), metadataCredentials(address), {
      ...metadataChannelOptions,
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_send_message_length': maxMessageBytes,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
    });
  /** The next call makes its connection anew, with the CA as it is then. */
  const drop = (broken: Client) => {
    if (client === broken) {
      client = undefined;
      broken.close();
      onLost();
    }
  };
  return {
    call: async <Name extends Method>(method: Name, request: Methods[Name][0]) => {
      const definition = service[method] as unknown as Sent<Methods[Name][0], Methods[Name][1]>;
      const endMs = performance.now() + times.budgetMs;
      for (let pauseMs = times.firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, times.mostPauseMs)) {
        client ??= connect();
        const used = client;
        const leftMs = Math.max(1, endMs - performance.now());
        const timeoutMs = Math.min(times.attemptMs, leftMs);
        const result = await attempt(used, definition, request, timeoutMs);
        if (!(result instanceof MetadataError)) {
          return result;
        }
        if (result.status === 'UNAVAILABLE') {
          drop(used);
        }
        const jitteredMs = pauseMs * (0.5 + Math.random());
        if (!passing.includes(result.status) || performance.now() + jitteredMs >= endMs) {
          throw result;
        }
        await sleep(jitteredMs);
      }
    },
    close: () => {
      client?.close();
      client = undefined;
    },
  };
}

function attempt<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Sent<Request, Response>,
  request: Request,
  timeoutMs: number,
): Promise<Response | MetadataError> {
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + timeoutMs };
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      options,
      (error, response) => {
        if (error !== null) {
          resolve(new MetadataError(path, error));
        } else if (response !== undefined) {
          resolve(response);
        }
      },
    );
  });
}

function statusOf({ code }: ServiceError): Status {
  return (grpcStatus[code] ?? 'UNKNOWN') as Status;
}
