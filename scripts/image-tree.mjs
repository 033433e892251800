// Makes what an image has in /app: node scripts/image-tree.mjs sidecar|server DEST. The Dockerfiles run it, and
// scripts/check-images.mjs does. images.json says which folders of dist/src and which packages an image has.
// Development packages must be installed: the compiler is one.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const images = JSON.parse(readFileSync(new URL('images.json', import.meta.url), 'utf8'));
const [kind = '', destination = ''] = process.argv.slice(2);
const image = Object.hasOwn(images, kind) ? images[kind] : undefined;

if (image === undefined || destination === '') {
  process.stderr.write('usage: node scripts/image-tree.mjs sidecar|server DEST\n');
  process.exit(2);
}
mkdirSync(destination, { recursive: true });
if (readdirSync(destination).length > 0) {
  process.stderr.write(`image-tree: ${destination} is not empty: name an empty or a new folder\n`);
  process.exit(2);
}
installPackages();
compileProgram();
cpSync(join(root, 'proto'), join(destination, 'proto'), { recursive: true });

function installPackages() {
  const passing = ['package-lock.json', '.npmrc'];
  for (const name of ['package.json', ...passing]) {
    cpSync(join(root, name), join(destination, name));
  }
  npm('ci', '--omit=dev', '--ignore-scripts', '--no-audit');
  npm('uninstall', '--omit=dev', '--no-save', '--ignore-scripts', '--no-audit', ...image.packagesOut);
  for (const name of passing) {
    rmSync(join(destination, name));
  }
  rmSync(join(destination, 'node_modules/@types'), { recursive: true, force: true });
  rmSync(join(destination, 'node_modules/.bin'), { recursive: true, force: true });
  for (const path of pathsIn(join(destination, 'node_modules'))) {
    if (isForPeople(path)) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/** What nothing loads at run time. Licences stay. */
function isForPeople(path) {
  const isOwnTest = /\/node_modules\/(@[^/]+\/)?[^/]+\/(test|tests|__tests__)$/.test(path);
  return isOwnTest || (/\.(map|d\.[cm]?ts|md)$/i.test(path) && !/\/(licen[cs]e|notice)[^/]*$/i.test(path));
}

function compileProgram() {
  const out = join(destination, '.build');
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  const options = ['-p', 'tsconfig.json', '--sourceMap', 'false', '--outDir', out];
  execFileSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
  for (const name of image.keep) {
    const to = join(destination, 'dist/src', name);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(out, 'src', name), to, { recursive: true });
  }
  for (const name of image.leaveOut) {
    // Without force: a name that is no longer there is a mistake.
    rmSync(join(destination, 'dist/src', name), { recursive: true });
  }
  rmSync(out, { recursive: true });
}

function npm(...args) {
  execFileSync('npm', args, { cwd: destination, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Folders before what is in them. */
function pathsIn(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
    : [];
}
