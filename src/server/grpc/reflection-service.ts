import { ReflectionService } from '@grpc/reflection';
import protobuf from 'protobufjs';
import { readDescriptorSet } from '../../contract/service-definition.js';

/** google.protobuf.FileDescriptorSet, its files left as bytes. */
const FileDescriptorSet = new protobuf.Type('FileDescriptorSet').add(
  new protobuf.Field('file', 1, 'bytes', 'repeated'),
);

/**
 * Server reflection (v1 and v1alpha) for the contract and for grpc.health.v1. The descriptors come from buf:
 * proto-loader's own have neither comments nor method options, and grpcurl refuses their maps.
 */
export function createReflectionService(): ReflectionService {
  const { file } = FileDescriptorSet.toObject(FileDescriptorSet.decode(readDescriptorSet()));
  // Of a package definition, reflection reads nothing but the descriptors, whichever definition they come with.
  const format = 'Protocol Buffer 3 EnumDescriptorProto';
  return new ReflectionService({ all: { format, type: {}, fileDescriptorProtos: file } });
}
