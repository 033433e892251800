// Makes the bundles of an image or of the npm package.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleEntry, bundleProgram } from './bundle-program.mjs';
import { makeCodeCaches } from './code-cache.mjs';
import { copyLicenses } from './copy-licenses.mjs';
import { launchers, programs } from './programs.mjs';

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const images = JSON.parse(read('../images.json'));
const commands = [...read('../../src/cli/command-names.ts').matchAll(/^ +(?:\{ )?name: '([a-z-]+)'/gm)].map(
  ([, name]) => name,
);

/**
 * Fills `folder` with launchers, programs, V8's code caches for this Node.js, and the licences of what went in. `image` is a
 * name of images.json; without one all programs are made, with all commands.
 */
export async function bundleAll(folder, image) {
  const chosen = image === undefined ? Object.keys(launchers) : [images[image].launcher];
  const kept = image === undefined ? commands : images[image].commands;
  const inputs = [];
  for (const launcher of chosen) {
    const { programs: names, choose } = launchers[launcher];
    // Another bundle has them.
    const leftOut = commands.filter((name) => !kept.includes(name) || names.includes(name));
    for (const name of names) {
      const paths = await bundleProgram(
        programs[name],
        join(folder, name),
        name === 'commands' ? leftOut : [],
      );
      inputs.push(...paths);
      for (const entry of programs[name].entries ?? []) {
        inputs.push(...(await bundleEntry(entry, join(folder, name))));
      }
    }
    const path = join(folder, launcher);
    writeFileSync(
      path,
      `${read('run-bundle.cjs')}\n${choose}\nrunBundle(join(__dirname, chooseProgram(process.argv[2])), 'program');\n`,
    );
    chmodSync(path, 0o755);
    await makeCaches(folder, names);
  }
  copyLicenses(inputs, join(folder, 'packages'));
}

async function makeCaches(folder, names) {
  const work = mkdtempSync(join(tmpdir(), 'code-cache-'));
  try {
    const runner = join(work, 'runner.cjs');
    writeFileSync(runner, read('run-bundle.cjs') + read('write-code-cache.cjs'));
    await makeCodeCaches(folder, names, { work, runner });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
