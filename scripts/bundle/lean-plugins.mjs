// What programs that start often do without: parts of packages that they never use, and that take time to load.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { schemas } from '../read-schema.mjs';
import { compiledSchemas } from './compiled-schemas.mjs';

const require = createRequire(import.meta.url);
const resolveDir = fileURLToPath(new URL('../../', import.meta.url));

/** Gives other contents to a module where files whose paths match import it. */
export function replace({ name, of: filter, in: importers, contents }) {
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path, importer }) =>
        importers.test(importer) ? { path, namespace: name } : undefined,
      );
      onLoad({ filter: /.*/, namespace: name }, ({ path }) => ({
        contents: typeof contents === 'string' ? contents : contents(path),
        resolveDir,
      }));
    },
  };
}

/** The plugins of a lean program. */
export function leanPlugins() {
  return [
    withoutDescriptors(),
    withoutCommonProtos(),
    compiledSchemas([schemas.driver, schemas.health]),
    jsonAlone(),
    withoutCharsets(),
    withoutQueries(),
    withoutDebug(),
    withoutColors(),
    streamsOfNode(),
    addressesWithoutColons(),
    builtinsWhenUsed(['crypto', 'zlib', 'module']),
  ];
}

/** Of globals. protobufjs' long integers compile WebAssembly for multiplications; they fall back to plain JavaScript. */
export const leanDefines = { WebAssembly: 'undefined' };

/**
 * proto-loader adds descriptors to what it loads, for reflection, which has better ones here. To make them it generates
 * code for all of descriptor.proto: that costs as much as the rest of the contract.
 */
function withoutDescriptors() {
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

/** proto-loader hands protobufjs schemas that .proto files may import; bundles read no .proto files. */
function withoutCommonProtos() {
  const contents = `exports.nested = { google: { nested: { protobuf: { nested: {} } } } };`;
  return replace({
    name: 'common-protos',
    of: /^protobufjs\/google\/protobuf\/[a-z_]+\.json$/,
    in: /\/@grpc\/proto-loader\//,
    contents,
  });
}

/** Of the 2,500 media types that Express indexes when it is loaded, the sidecar knows one. */
function jsonAlone() {
  const type = 'application/json';
  const contents = `module.exports = ${JSON.stringify({ [type]: require('mime-db')[type] })};`;
  return replace({ name: 'media-types', of: /^mime-db$/, in: /\/mime-types\//, contents });
}

/** Express' body reader brings tables of all charsets, for readers that decode; the sidecar takes UTF-8 and decodes it itself. */
function withoutCharsets() {
  return replace({ name: 'charsets', of: /^\.\.\/encodings$/, in: /\/iconv-lite\//, contents: '' });
}

/** Forms and nested queries: Express reads them only where it is asked to. */
function withoutQueries() {
  return replace({ name: 'queries', of: /^qs$/, in: /\/(express|body-parser)\//, contents: '' });
}

/** Express' lines for its own developers. */
function withoutDebug() {
  const contents = 'module.exports = () => Object.assign(() => {}, { enabled: false });';
  const users = /\/(express|body-parser|router|finalhandler|send)\//;
  return replace({ name: 'debug', of: /^debug$/, in: users, contents });
}

/** winston asks the terminal for its colors when it is loaded; no line here has any. */
function withoutColors() {
  return replace({ name: 'colors', of: /^@colors\/colors\/safe$/, in: /\/logform\//, contents: '' });
}

/** winston brings a copy of Node.js' streams; Node.js has loaded its own by then. */
function streamsOfNode() {
  return replace({
    name: 'streams',
    of: /^readable-stream/,
    in: /\/winston(-transport)?\//,
    contents: (path) =>
      `module.exports = require('node:stream')${path.endsWith('_stream_writable.js') ? '.Writable' : ''};`,
  });
}

/** Node.js' expression for IPv6 takes milliseconds the first time, and grpc-js asks it of IPv4 addresses. */
function addressesWithoutColons() {
  const contents = `const net = require('node:net');
    const value = (text) => text.includes(':') && net.isIPv6(text);
    Object.defineProperties(exports, { ...Object.getOwnPropertyDescriptors(net), isIPv6: { value } });`;
  return replace({ name: 'addresses', of: /^net$/, in: /\/@grpc\/grpc-js\//, contents });
}

/** Modules of Node.js that are loaded when something of them is first used. */
function builtinsWhenUsed(names) {
  const namespace = 'builtins-when-used';
  return {
    name: namespace,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: RegExp(`^(node:)?(${names.join('|')})$`) }, ({ path, namespace: from }) =>
        from === namespace ? { path, external: true } : { path: path.replace('node:', ''), namespace },
      );
      onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `let loaded;
          const load = () => (loaded ??= require('node:${path}'));
          for (const name of ${JSON.stringify(Object.getOwnPropertyNames(require(`node:${path}`)))}) {
            Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] });
          }`,
      }));
    },
  };
}
