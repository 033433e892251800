// Generates what the contract determines: TypeScript types with the loader options that are used at run time,
// and the descriptor set with comments that server reflection serves. CI runs it and fails on a diff.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

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
run('buf', ['build', '--as-file-descriptor-set', '-o', 'proto/descriptor-set.binpb']);

function run(program, args) {
  execFileSync(`node_modules/.bin/${program}`, args, { stdio: 'inherit' });
}
