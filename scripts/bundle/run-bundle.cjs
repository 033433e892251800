#!/usr/bin/env node
'use strict';
// Runs bundles, with V8's code cache where one was made by this very V8: it compiles nothing then. V8 checks whether a
// cache fits the bundle and its own flags, but not whether its bytes are whole: their digest stands before them.
const { createHash } = require('node:crypto');
const { readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { Script } = require('node:vm');

const digestBytes = 32;
// V8 takes a cache only under the options that it was made with.
const options = [...(process.env.NODE_OPTIONS ?? '').split(' '), ...process.execArgv].filter(Boolean).sort();
const optionsKey = digestOf(options.join(' ')).toString('hex').slice(0, 8);
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
  script.runInThisContext()(require, module, filename, folder, (part) => runBundle(folder, part));
  return module.exports;
}

/** Nothing for a file that is not there or not whole. */
function readCache(path) {
  try {
    const file = readFileSync(path);
    const cache = file.subarray(digestBytes);
    return digestOf(cache).equals(file.subarray(0, digestBytes)) ? cache : undefined;
  } catch {
    return undefined;
  }
}

/** What V8 has compiled of all that was run; for the build alone. */
function writeCaches(folder) {
  for (const [name, script] of scripts) {
    const cache = script.createCachedData();
    writeFileSync(join(folder, name + cacheSuffix), Buffer.concat([digestOf(cache), cache]));
  }
}

function digestOf(bytes) {
  return createHash('sha256').update(bytes).digest();
}

exports.runBundle = runBundle;
exports.writeCaches = writeCaches;
