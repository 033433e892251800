// The programs that are bundled, and the files that run them.

const command = (name) =>
  `import { run } from './cli/${name}.js';
   import { runToEnd } from './common/run-to-end.js';
   const args = process.argv.slice(2);
   runToEnd(() => run(args[0] === '${name}' ? args.slice(1) : args));`;

/**
 * By their folders. `source` is TypeScript in src/. Those that start often have a folder of their own, so that they read
 * nothing else, and are `lean`; `parts` are packages by the part of the bundle that has them, which is read when they are
 * needed; `short` are those whose declarations get short names, `program` among them; `entries` are files that it starts as
 * processes of their own.
 */
export const programs = {
  serve: {
    source: command('serve'),
    isLean: true,
    parts: {
      express: ['express'],
      grpc: ['@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'],
      metrics: ['prom-client'],
    },
    short: ['program', 'express', 'grpc', 'metrics'],
  },
  webhook: {
    source: command('webhook'),
    isLean: true,
  },
  commands: { source: `import './main.js';`, isLean: false },
  server: {
    source: `import './server/main.js';`,
    isLean: true,
    parts: {
      kubernetes: ['@kubernetes/client-node'],
      metrics: ['prom-client'],
      tracing: [
        ...['@opentelemetry/api', '@opentelemetry/exporter-trace-otlp-proto', '@opentelemetry/resources'],
        '@opentelemetry/sdk-trace-base',
      ],
    },
    short: ['program', 'metrics'],
    entries: ['src/server/lease/guard-process.ts'],
  },
};

/** What `node FILE` runs, with the function that chooses a program by the first argument. */
export const launchers = {
  'driver-plugin.cjs': {
    programs: ['serve', 'webhook', 'commands'],
    choose: `function chooseProgram(first = '') {
  const isOption = first.startsWith('-') && first !== '--help' && first !== '--version';
  if (first === '' || first === 'serve' || isOption) {
    return 'serve';
  }
  return first === 'webhook' ? 'webhook' : 'commands';
}
`,
  },
  'kfp-driver-server.cjs': {
    programs: ['server'],
    choose: `function chooseProgram() {
  return 'server';
}
`,
  },
};
