import { Server, ServerCredentials } from '@grpc/grpc-js';
import { driverServiceOf, loadContract } from '../../../src/contract/service-definition.js';
import { podSpecPatch } from './pod-spec-patch.js';
import { sayListening } from './say-listening.js';

// A driver server that answers every call at once with the same bytes, and reads none: what stands behind every bridge.
const { Execute } = driverServiceOf(loadContract()).service;
const answer = Execute.responseSerialize({ execution_id: '7', cached: false, pod_spec_patch: podSpecPatch });
const server = new Server({ 'grpc.max_receive_message_length': 16 << 20 });
server.addService(
  {
    execute: {
      path: Execute.path,
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  },
  { execute: (_call: unknown, callback: (error: null, bytes: Buffer) => void) => callback(null, answer) },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    throw error;
  }
  sayListening('', { address: () => ({ address: '', family: 'IPv4', port }) });
});
