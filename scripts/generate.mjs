// Generates what the contract determines: TypeScript types with the loader options that are used at run time, the
// schemas that programs load in the place of .proto files, which they would have to parse at each start, and the descriptor set with comments that server reflection serves: the contract's and grpc.health.v1's, whose .proto
// comes with grpc-health-check. CI runs it and fails on a diff.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readSchema, schemas } from './read-schema.mjs';

const out = 'src/contract/generated';
const loaderOptions = JSON.parse(readFileSync('proto/loader-options.json', 'utf8'));
const flags = Object.entries(loaderOptions).map(([name, value]) => `--${name}=${value}`);

rmSync(out, { recursive: true, force: true });
run('proto-loader-gen-types', [
  ...flags,
  '--grpcLib=@grpc/grpc-js',
  '--importFileExtension=.js',
  `--outDir=${out}`,
  'proto/kfp/driver/v1/driver.proto',
]);
mkdirSync(`${out}/schemas`);
for (const [name, schema] of Object.entries(schemas)) {
  const lines = [
    `// From ${schema.files.join(', ')} by scripts/generate.mjs`,
    "import type { INamespace } from 'protobufjs';",
    '',
    `export const ${name}Schema = ${JSON.stringify(readSchema(schema), null, 1)} as INamespace;`,
    '',
  ];
  writeFileSync(`${out}/schemas/${name}.ts`, lines.join('\n'));
}
// Protobuf messages that stand one after the other are one message with the fields of both.
const sets = ['proto', 'node_modules/grpc-health-check/proto'].map(buildDescriptorSet);
writeFileSync('proto/descriptor-set.binpb', Buffer.concat(sets));

function buildDescriptorSet(folder) {
  const args = ['build', folder, '--as-file-descriptor-set', '-o', '-#format=binpb'];
  return execFileSync('node_modules/.bin/buf', args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function run(program, args) {
  execFileSync(`node_modules/.bin/${program}`, args, { stdio: 'inherit' });
}
