#!/usr/bin/env node
'use strict';
// Runs bundles, with V8's code cache where one was made by this very V8: it compiles nothing then. V8 checks whether a
// cache fits the bundle and its own flags, but not whether its bytes are whole, and dies of one that is not.
const { readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { Script } = require('node:vm');

const cacheSuffix = `.v8-${process.versions.v8}-${process.arch}.cache`;
const scripts = new Map();

/**
 * V8 takes a code cache, also those that Node.js brings of its own modules, only under the flags that it was made with: under
 * a flag for the heap's size it compiles all of them, which is a quarter of the way to the first answer. V8 reads these flags
 * when it makes a heap, so that this heap keeps its size; those of worker threads, of which there are none, would not get it.
 * https://nodejs.org/api/v8.html#v8cacheddataversiontag
 */
function forgetHeapFlags() {
  const words = [process.env.NODE_OPTIONS, ...process.execArgv].join(' ');
  const given = words.match(/--max[-_](?:semi|old)[-_]space[-_]size\b/g);
  for (const flag of given ?? []) {
    require('node:v8').setFlagsFromString(`${flag}=0`);
  }
}

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

/**
 * Nothing for a file that is not there or not whole. It has the cache twice: to compare two megabytes takes a tenth of the time
 * that node:zlib takes to load, which has the only checksum at hand.
 */
function readCache(path) {
  try {
    const file = readFileSync(path);
    const cache = file.subarray(0, file.length / 2);
    return cache.equals(file.subarray(cache.length)) ? cache : undefined;
  } catch {
    return undefined;
  }
}

/** What V8 has compiled of all that was run; for the build alone. */
function writeCaches(folder) {
  for (const [name, script] of scripts) {
    const cache = script.createCachedData();
    writeFileSync(join(folder, name + cacheSuffix), Buffer.concat([cache, cache]));
  }
}

forgetHeapFlags();

exports.runBundle = runBundle;
exports.writeCaches = writeCaches;
