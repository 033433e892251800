import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorText } from '../../../src/common/error-text.js';
import { pathOf } from './programs.js';

const run = promisify(execFile);

const template = JSON.stringify({
  version: 'v2',
  plugins: [
    {
      local: ['go', 'tool', 'protoc-gen-go'],
      out: '.',
      opt: ['Mkfp/driver/v1/driver.proto=go-bridge/driverpb', 'module=go-bridge'],
    },
  ],
});

let built: Promise<readonly string[] | string> | undefined;

/** Builds the bridge in Go, once; a sentence where that cannot be done. */
export function buildGoBridge(folder: string): Promise<readonly string[] | string> {
  built ??= build(folder).catch((error: unknown) => {
    const [first] = errorText(error).split('\n');
    return `the Go bridge: Go cannot build it here (${first})`;
  });
  return built;
}

async function build(parent: string): Promise<readonly string[]> {
  const cwd = join(parent, 'go-bridge');
  cpSync(pathOf('scripts/bench/go-bridge'), cwd, { recursive: true });
  const proto = pathOf('proto');
  const buf = pathOf('node_modules/.bin/buf');
  await run('go', ['version']);
  await run(buf, ['generate', proto, '--path', join(proto, 'kfp'), '--template', template], { cwd });
  const file = join(cwd, 'bridge');
  await run('go', ['build', '-o', file, '.'], { cwd });
  return [file];
}
