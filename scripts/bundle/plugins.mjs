// What esbuild does otherwise than to put files together.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readSchema, schemasOfPackages } from '../read-schema.mjs';

const mediaTypes = createRequire(import.meta.url)('mime-db');
const resolveDir = fileURLToPath(new URL('../../', import.meta.url));

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

/**
 * proto-loader adds descriptors to what it loads, for reflection, which has better ones here. To make them it generates
 * code for all of descriptor.proto: that costs as much as the rest of the contract.
 */
export function withoutDescriptors() {
  const contents = `
    const { Enum, Root, Type } = require('protobufjs');
    const descriptor = { $type: { toObject: () => ({}) } };
    Root.prototype.toDescriptor = () => ({ file: [] });
    Type.prototype.toDescriptor = () => descriptor;
    Enum.prototype.toDescriptor = () => descriptor;
    exports.FileDescriptorProto = { encode: () => ({ finish: () => new Uint8Array() }) };`;
  return replace({
    name: 'descriptors',
    of: /^protobufjs\/ext\/descriptor$/,
    in: /\/@grpc\/proto-loader\//,
    contents,
  });
}

/** Of the 2,500 media types that Express indexes when it is loaded, the sidecar knows one. */
export function jsonAlone() {
  const type = 'application/json';
  const contents = `module.exports = ${JSON.stringify({ [type]: mediaTypes[type] })};`;
  return replace({ name: 'media-types', of: /^mime-db$/, in: /\/mime-types\//, contents });
}

/** Express' body reader brings tables of all charsets, for readers that decode; the sidecar takes UTF-8 and decodes it itself. */
export function withoutCharsets() {
  return replace({ name: 'charsets', of: /^\.\.\/encodings$/, in: /\/iconv-lite\//, contents: '' });
}

/** The part of a program that is read later. */
export const laterPart = 'later';

/** Takes packages from the later part, when they are first needed. */
export function loadLater(packages) {
  return {
    name: laterPart,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^.]/ }, ({ path }) =>
        packages.includes(path) ? { path, namespace: laterPart } : undefined,
      );
      onLoad({ filter: /.*/, namespace: laterPart }, ({ path }) => ({
        contents: `const { loaded = loadPart('${laterPart}') } = loadPart; loadPart.loaded = loaded;
          module.exports = loaded[${JSON.stringify(path)}];`,
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

/** Gives other contents to a module where files whose paths match import it. */
function replace({ name, of: filter, in: importers, contents }) {
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ importer }) =>
        importers.test(importer) ? { path: name, namespace: name } : undefined,
      );
      onLoad({ filter: /.*/, namespace: name }, () => ({ contents, resolveDir }));
    },
  };
}
