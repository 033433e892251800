#!/usr/bin/env node
'use strict';
// Runs bundles, with V8's code cache where one was made by this very V8: it compiles nothing then. V8 checks whether a
// cache fits the bundle and its own flags, but not whether its bytes are whole: their CRC-32 stands before them.
const { readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { Script } = require('node:vm');
// node:crypto takes longer to load than all else here. Before 20.15 there is no crc32, and no cache.
const { crc32 } = require('node:zlib');

// V8 takes a cache only under the options that it was made with.
const options = [...(process.env.NODE_OPTIONS ?? '').split(' '), ...process.execArgv].filter(Boolean).sort();
const optionsKey = crc32?.(options.join(' ')).toString(16).padStart(8, '0');
// V8 would copy a cache that is not aligned.
const checksumBytes = 8;
const cacheSuffix = `.v8-${process.versions.v8}-${process.arch}-${optionsKey}.cache`;
const scripts = new Map();

/** What the bundle FOLDER/NAME.js exports. Parts of it are loaded when it asks for them. */
function runBundle(folder, name) {
  const filename = join(folder, `${name}.js`);
  const cachedData = readCache(join(folder, name + cacheSuffix));
  // ASCII throughout, as the bundler wrote it.
  const script = new Script(readFileSync(filename, 'latin1'), {
    // As stack traces show it, wherever the package is: V8 keeps the name in the cache.
    filename: `dist/bundles/${basename(folder)}/${name}.js`,
    cachedData,
  });
  scripts.set(name, script);
  const module = { exports: {} };
  const parts = {};
  const loadPart = (part) => {
    parts[part] ??= runBundle(folder, part);
    return parts[part];
  };
  script.runInThisContext()(require, module, filename, folder, loadPart);
  return module.exports;
}

/** Nothing for a file that is not there or not whole. */
function readCache(path) {
  try {
    const file = readFileSync(path);
    const cache = file.subarray(checksumBytes);
    return crc32(cache) === file.readUInt32LE(0) ? cache : undefined;
  } catch {
    return undefined;
  }
}

/** What V8 has compiled of all that was run; for the build alone. */
function writeCaches(folder) {
  for (const [name, script] of scripts) {
    const cache = script.createCachedData();
    const checksum = Buffer.alloc(checksumBytes);
    checksum.writeUInt32LE(crc32(cache));
    writeFileSync(join(folder, name + cacheSuffix), Buffer.concat([checksum, cache]));
  }
}

exports.runBundle = runBundle;
exports.writeCaches = writeCaches;
