import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType } from './generated/driver.js';

/** Folder of the contract: the .proto files, the loader options and the descriptor set. */
export const protoFolder = new URL('../../../proto/', import.meta.url);

/**
 * Loads the contract with the loader options from which its TypeScript types were generated, so that types and
 * values cannot differ. Takes about 10 ms.
 */
export function loadContract(): PackageDefinition {
  return loadProto('kfp/driver/v1/driver.proto');
}

/** The same for another file of the folder of the contract. */
export function loadProto(file: string): PackageDefinition {
  return loadSync(file, { ...readLoaderOptions(), includeDirs: [fileURLToPath(protoFolder)] });
}

/** The type generator takes "String" by name, the loader wants the constructor and falls back to Long without it. */
function readLoaderOptions(): Options {
  const text = readFileSync(new URL('loader-options.json', protoFolder), 'utf8');
  return JSON.parse(text, (_name, value) => (value === 'String' ? String : value));
}

/** The client constructor of DriverService and its service definition, from a loaded contract. */
export function driverServiceOf(contract: PackageDefinition) {
  const loaded = loadPackageDefinition(contract) as GrpcObject & ProtoGrpcType;
  return loaded.kfp.driver.v1.DriverService;
}

/** The contract as a serialized google.protobuf.FileDescriptorSet that still has the comments. */
export function readDescriptorSet(): Buffer {
  return readFileSync(new URL('descriptor-set.binpb', protoFolder));
}
