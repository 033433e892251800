// Makes one file of a program and all that it imports.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leanDefines, leanPlugins } from './lean-plugins.mjs';
import { leaveOut, loadLater, withoutProtoFiles } from './plugins.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Bundles a program of programs.mjs into FOLDER/program.js and its parts, each beside its source map. Commands in `leftOut`
 * are named and cannot be loaded. Resolves with the paths of what went in, from the project's root.
 */
export async function bundleProgram({ source, isLean, parts = {}, short = [] }, folder, leftOut) {
  mkdirSync(folder, { recursive: true });
  const always = [withoutProtoFiles(), leaveOut(leftOut)];
  const plugins = isLean ? [...always, ...leanPlugins()] : always;
  const defines = isLean ? leanDefines : {};
  const bundles = [
    { name: 'program', source, plugins: [...plugins, loadLater(parts)], defines },
    ...Object.entries(parts).map(([name, packages]) => ({
      name,
      source: toPart(packages),
      plugins,
      defines,
    })),
  ];
  const inputs = [];
  for (const each of bundles) {
    inputs.push(...(await bundle({ ...each, isShort: short.includes(each.name) }, folder)));
  }
  return inputs;
}

const toPart = (packages) =>
  packages.map((name) => `exports[${JSON.stringify(name)}] = require(${JSON.stringify(name)});`).join('\n');

async function bundle({ name, source, plugins, defines, isShort }, folder) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: join(root, 'src'), sourcefile: `src/${name}.ts`, loader: 'ts' },
    absWorkingDir: root,
    outfile: join(folder, `${name}.js`),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    // A bundle is no module, and cannot import: packages import Node.js' own modules when they need them.
    supported: { 'dynamic-import': false },
    format: 'cjs',
    charset: 'ascii',
    // V8 reads a cache in less time the fewer names are in it. Some packages ask a class for its name.
    minifyIdentifiers: isShort,
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    define: {
      'import.meta.url': 'bundleUrl',
      // winston would load a color space otherwise.
      'process.env.NODE_ENV': '"production"',
      ...defines,
    },
    // Each caller of depd takes a stack trace at the start, for warnings to developers; this is its own quiet version.
    alias: { depd: 'depd/lib/browser/index.js' },
    // A function, whose text V8 compiles as it stands.
    banner: {
      js: '(function(require,module,__filename,__dirname,loadPart){const exports=module.exports,bundleUrl=require("node:url").pathToFileURL(__filename).href;',
    },
    footer: { js: '})' },
    plugins,
  });
  for (const { path, contents } of outputFiles) {
    writeFileSync(path, path.endsWith('.map') ? toSourceMap(contents, folder, isShort) : contents);
  }
  return Object.keys(metafile.inputs);
}

/** Bundles a file that a program starts as a process of its own; it runs as it stands, as a module of JavaScript. */
export async function bundleEntry(file, folder) {
  const { metafile } = await build({
    entryPoints: [join(root, file)],
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
}

/** Paths from the project's root, wherever the bundle is made; `x_short_names` says that functions' names say nothing. */
function toSourceMap(bytes, folder, isShort) {
  const map = JSON.parse(Buffer.from(bytes).toString());
  const sources = map.sources.map((source) => join(folder, source).slice(root.length));
  return JSON.stringify({ ...map, sources, x_short_names: isShort });
}
