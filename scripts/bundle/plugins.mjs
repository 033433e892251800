// What esbuild does otherwise than to put files together.
import { readSchema, schemasOfPackages } from '../read-schema.mjs';
import { replace } from './lean-plugins.mjs';

/** Packages that read .proto files of their own find them in the bundle, parsed already. */
export function withoutProtoFiles() {
  const table = Object.fromEntries(schemasOfPackages.map((schema) => [schema.files[0], readSchema(schema)]));
  const contents = `
    import { fromJSON } from '@grpc/proto-loader';
    const schemas = ${JSON.stringify(table)};
    export function loadSync(path, options) {
      const name = Object.keys(schemas).find((file) => path.endsWith(file));
      return fromJSON(schemas[name], options);
    }`;
  return replace({
    name: 'proto-loader',
    of: /^@grpc\/proto-loader$/,
    in: /\/(@grpc\/reflection|grpc-health-check)\//,
    contents,
  });
}

/** Takes packages from the parts that have them, when they are first needed. `parts` are lists of packages by name. */
export function loadLater(parts) {
  const partOf = new Map(Object.entries(parts).flatMap(([part, names]) => names.map((name) => [name, part])));
  return {
    name: 'later',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^.]/ }, ({ path }) =>
        partOf.has(path) ? { path, namespace: 'later' } : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'later' }, ({ path }) => ({
        contents: `module.exports = loadPart('${partOf.get(path)}')['${path}'];`,
      }));
    },
  };
}

/** Commands that the bundle names and does not have. */
export function leaveOut(commands) {
  const contents = `
    throw Object.assign(new Error('left out of the bundle'), { code: 'ERR_MODULE_NOT_FOUND' });
    export const run = undefined;`;
  return {
    name: 'leave-out',
    setup({ onLoad }) {
      if (commands.length > 0) {
        onLoad({ filter: RegExp(`/src/cli/(${commands.join('|')})\\.ts$`) }, () => ({ contents }));
      }
    },
  };
}
