import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import protobuf from 'protobufjs';
import { loadContract, readDescriptorSet } from '../contract/service-definition.js';

/** google.protobuf.FileDescriptorSet, its files left as bytes. */
const FileDescriptorSet = new protobuf.Type('FileDescriptorSet').add(
  new protobuf.Field('file', 1, 'bytes', 'repeated'),
);

/**
 * Adds server reflection (v1 and v1alpha) for the contract. Its descriptors come from buf: proto-loader's own have
 * neither comments nor method options, and grpcurl refuses their maps (which is why grpc.health.v1 is not listed).
 */
export function addReflection(server: Server): void {
  const { file: fileDescriptorProtos } = FileDescriptorSet.toObject(
    FileDescriptorSet.decode(readDescriptorSet()),
  );
  const contract = Object.entries(loadContract()).map(([name, definition]) => [
    name,
    'fileDescriptorProtos' in definition ? { ...definition, fileDescriptorProtos } : definition,
  ]);
  new ReflectionService(Object.fromEntries(contract)).addToServer(server);
}
