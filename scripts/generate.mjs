// Generates what the contract determines: TypeScript types with the loader options that are used at run time (for ML
// Metadata's API too), the schemas that programs load in the place of .proto files, which they would have to parse at
// each start, and the descriptor set with comments that server reflection serves: the contract's and grpc.health.v1's, whose .proto
// comes with grpc-health-check. CI runs it and fails on a diff.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readSchema, schemas } from './read-schema.mjs';

const generated = {
  'src/contract/generated': 'proto/kfp/driver/v1/driver.proto',
  'src/server/metadata-store/generated': 'proto/ml_metadata/metadata_store_service.proto',
};
const loaderOptions = JSON.parse(readFileSync('proto/loader-options.json', 'utf8'));
const flags = Object.entries(loaderOptions).map(([name, value]) => `--${name}=${value}`);

for (const [out, proto] of Object.entries(generated)) {
  rmSync(out, { recursive: true, force: true });
  run('proto-loader-gen-types', [
    ...flags,
    '--grpcLib=@grpc/grpc-js',
    '--importFileExtension=.js',
    `--outDir=${out}`,
    proto,
  ]);
}
for (const [name, { out, ...schema }] of Object.entries(schemas)) {
  const lines = [
    `// From ${schema.files.join(', ')} by scripts/generate.mjs`,
    "import type { INamespace } from 'protobufjs';",
    '',
    `export const ${name}Schema = ${JSON.stringify(readSchema(schema), null, 1)} as INamespace;`,
    '',
  ];
  mkdirSync(`${out}/schemas`, { recursive: true });
  writeFileSync(`${out}/schemas/${kebab(name)}.ts`, lines.join('\n'));
}
// Protobuf messages that stand one after the other are one message with the fields of both.
// ML Metadata's API is not served here.
const sets = [
  buildDescriptorSet('proto', '--exclude-path=proto/ml_metadata'),
  buildDescriptorSet('node_modules/grpc-health-check/proto'),
];
writeFileSync('proto/descriptor-set.binpb', Buffer.concat(sets));

function buildDescriptorSet(folder, ...more) {
  const args = ['build', folder, ...more, '--as-file-descriptor-set', '-o', '-#format=binpb'];
  return execFileSync('node_modules/.bin/buf', args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function run(program, args) {
  execFileSync(`node_modules/.bin/${program}`, args, { stdio: 'inherit' });
}
