import { Client, credentials, status as grpcStatus, Metadata, type ServiceError } from '@grpc/grpc-js';
import { fromJSON, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import type { INamespace } from 'protobufjs';
import { healthSchema } from '../../contract/generated/schemas/health.js';
import { reflectionSchema } from '../../contract/generated/schemas/reflection.js';
import { type Status, StatusError } from '../../contract/status-error.js';
import type { Way } from './connect-tcp.js';
import type { Trust } from './shake-hands.js';

/** What is asked of the driver server: health and reflection, which change nothing. */
export interface ServerChannel {
  /** SERVING, NOT_SERVING ... of grpc.health.v1. Rejects with a StatusError. */
  health(service: string): Promise<string>;
  /** Files of a symbol with what they import, as serialized google.protobuf.FileDescriptorProto. */
  descriptors(symbol: string, token: string | undefined): Promise<readonly Buffer[]>;
  close(): void;
}

/** Opens a channel as the sidecar would. */
export function openChannel(way: Way, trust: Trust | undefined, timeoutMs: number): ServerChannel {
  const host = way.host.includes(':') ? `[${way.host}]` : way.host;
  const client = new Client(`dns:///${host}:${way.port}`, credentialsOf(trust), {
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    ...(trust !== undefined && {
      'grpc.ssl_target_name_override': trust.certificateName,
      'grpc.default_authority': trust.certificateName,
    }),
  });
  return {
    health: (service) => askHealth(client, service, timeoutMs),
    descriptors: (symbol, token) => askReflection(client, symbol, token, timeoutMs),
    close: () => client.close(),
  };
}

function credentialsOf(trust: Trust | undefined) {
  const bytes = (pem: string | undefined) => (pem === undefined ? null : Buffer.from(pem));
  return trust === undefined
    ? credentials.createInsecure()
    : credentials.createSsl(bytes(trust.ca), bytes(trust.key), bytes(trust.certificate));
}

function askHealth(client: Client, service: string, timeoutMs: number): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = methodOf(
    healthSchema,
    'grpc.health.v1.Health',
    'Check',
  );
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + timeoutMs;
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { service },
      { deadline },
      (error, response) =>
        error === null ? resolve((response as { status: string }).status) : reject(toStatusError(error)),
    );
  });
}

interface ReflectionResponse {
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
  readonly error_response?: { readonly error_message: string };
}

/** https://github.com/grpc/grpc/blob/master/doc/server-reflection.md */
function askReflection(
  client: Client,
  symbol: string,
  token: string | undefined,
  timeoutMs: number,
): Promise<readonly Buffer[]> {
  const method = methodOf(reflectionSchema, 'grpc.reflection.v1.ServerReflection', 'ServerReflectionInfo');
  const metadata = new Metadata();
  if (token !== undefined) {
    metadata.set('authorization', `Bearer ${token}`);
  }
  const { path, requestSerialize, responseDeserialize } = method;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, {
    deadline: Date.now() + timeoutMs,
  });
  return new Promise((resolve, reject) => {
    stream.on('data', ({ file_descriptor_response, error_response }: ReflectionResponse) => {
      if (file_descriptor_response !== undefined) {
        resolve(file_descriptor_response.file_descriptor_proto);
      } else {
        reject(new StatusError('NOT_FOUND', error_response?.error_message ?? 'reflection sent no files'));
      }
    });
    stream.on('error', (error: ServiceError) => reject(toStatusError(error)));
    stream.on('end', () => reject(new StatusError('INTERNAL', 'reflection ended without an answer')));
    stream.end({ file_containing_symbol: symbol });
  });
}

function methodOf(schema: INamespace, service: string, method: string): MethodDefinition<object, object> {
  const loaded = fromJSON(schema, { keepCase: true, enums: String })[service] as ServiceDefinition;
  const definition = loaded[method];
  if (definition === undefined) {
    throw new Error(`the schema has no ${service}/${method}`);
  }
  return definition;
}

function toStatusError({ code, details }: ServiceError): StatusError {
  // grpc-js adds the time and a note that is mostly empty.
  const message = details.replace(/ \(\d{4}-[^)]*\)/, '').replace(/\.? Resolution note:.*$/s, '');
  return new StatusError((grpcStatus[code] ?? 'UNKNOWN') as Status, message);
}
