// Reads .proto files into the form that protobufjs and proto-loader take without parsing (Root.fromJSON, fromJSON).
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const contract = 'src/contract/generated';
const reflection = 'node_modules/@grpc/reflection/build/proto';

/** What the programs load, by the name of its generated file, which goes to `out`/schemas. */
export const schemas = {
  driver: { out: contract, folder: 'proto', files: ['kfp/driver/v1/driver.proto'] },
  metadataStore: {
    out: 'src/server/metadata-store/generated',
    folder: 'proto',
    files: ['ml_metadata/metadata_store_service.proto'],
  },
  rpc: {
    out: contract,
    folder: 'proto',
    files: ['google/rpc/status.proto', 'google/rpc/error_details.proto'],
  },
  health: {
    out: contract,
    folder: 'node_modules/grpc-health-check/proto',
    files: ['health/v1/health.proto'],
  },
  reflection: { out: contract, folder: reflection, files: ['grpc/reflection/v1/reflection.proto'] },
};

/** What packages load for themselves, the way that they do: @grpc/reflection wants field names in camel case. */
export const schemasOfPackages = [
  schemas.health,
  ...['v1', 'v1alpha'].map((version) => ({
    folder: reflection,
    files: [`grpc/reflection/${version}/reflection.proto`],
    keepCase: false,
  })),
];

export function readSchema({ folder, files, keepCase = true }) {
  const schema = new protobuf.Root();
  // google/protobuf/*.proto come with protobufjs.
  schema.resolvePath = (_origin, path) =>
    path.startsWith('google/protobuf/') ? path : join(root, folder, path);
  return schema.loadSync(files, { keepCase }).toJSON();
}
