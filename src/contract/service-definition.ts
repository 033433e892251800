import { readFileSync } from 'node:fs';
import { type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js';
import { fromJSON, type Options, type PackageDefinition } from '@grpc/proto-loader';
import { packageFile } from '../common/package-file.js';
import type { ProtoGrpcType } from './generated/driver.js';
import { driverSchema } from './generated/schemas/driver.js';

/**
 * Loads the contract with the loader options from which its TypeScript types were generated, so that types and
 * values cannot differ.
 */
export function loadContract(): PackageDefinition {
  return loadSchema(driverSchema);
}

/** The same for another schema that scripts/generate.mjs has made. */
export function loadSchema(schema: typeof driverSchema): PackageDefinition {
  return fromJSON(schema, readLoaderOptions());
}

/** The type generator takes "String" by name, the loader wants the constructor and falls back to Long without it. */
function readLoaderOptions(): Options {
  const text = readFileSync(packageFile('proto/loader-options.json'), 'utf8');
  return JSON.parse(text, (_name, value) => (value === 'String' ? String : value));
}

/** The client constructor of DriverService and its service definition, from a loaded contract. */
export function driverServiceOf(contract: PackageDefinition) {
  const loaded = loadPackageDefinition(contract) as GrpcObject & ProtoGrpcType;
  return loaded.kfp.driver.v1.DriverService;
}

/** The contract as a serialized google.protobuf.FileDescriptorSet that still has the comments. */
export function readDescriptorSet(): Buffer {
  return readFileSync(packageFile('proto/descriptor-set.binpb'));
}
