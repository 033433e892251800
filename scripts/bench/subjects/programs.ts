import { fileURLToPath } from 'node:url';

/** Path of a file of this project. */
export const pathOf = (file: string): string =>
  fileURLToPath(new URL(`../../../../${file}`, import.meta.url));

const node = (...words: readonly string[]): readonly string[] => {
  const at = words.findIndex((word) => !word.startsWith('-'));
  return [process.execPath, ...words.slice(0, at), pathOf(words[at] ?? ''), ...words.slice(at + 1)];
};

/** How the programs are started, as the images start them: flags of Node.js, file, command. The only place that says so. */
export const programs = {
  sidecar: node(
    '--max-semi-space-size=8',
    '--max-old-space-size=160',
    '--v8-pool-size=1',
    'dist/bundles/driver-plugin.cjs',
    'serve',
  ),
  server: node('dist/bundles/kfp-driver-server.cjs'),
  webhook: node('--max-semi-space-size=64', 'dist/bundles/driver-plugin.cjs', 'webhook'),
  // Its start is no part of what is measured.
  convert: node('dist/src/main.js', 'convert'),
  devDriver: node('dist/src/main.js', 'dev-driver'),
} as const;

/** What they are compared with, and what stands around them. */
export const floors = {
  bareHttp: node('dist/scripts/bench/floors/bare-http.js'),
  expressGrpc: node('dist/scripts/bench/floors/express-grpc.js'),
  answeringDriver: node('dist/scripts/bench/floors/answering-driver.js'),
  fleetClient: node('dist/scripts/bench/fleet-client.js'),
  yamlOnly: node('dist/scripts/bench/floors/yaml-only.js'),
} as const;

/** KFP's driver, as far as a benchmark needs it: a shell that sleeps and writes its outputs. */
export const lightDriver = pathOf('test/fake-driver-program/light-driver.sh');
