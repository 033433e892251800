// Makes what an image has in /app: node scripts/image-tree.mjs sidecar|server DEST. The Dockerfiles run it, and
// scripts/check-images.mjs does, with the Node.js of the image: V8 takes a code cache from itself alone. images.json says
// which commands an image has. Development packages must be installed: the bundler is one.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleAll } from './bundle/bundle-all.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const images = JSON.parse(readFileSync(new URL('images.json', import.meta.url), 'utf8'));
const [kind = '', destination = ''] = process.argv.slice(2);

if (!Object.hasOwn(images, kind) || destination === '') {
  process.stderr.write('usage: node scripts/image-tree.mjs sidecar|server DEST\n');
  process.exit(2);
}
mkdirSync(destination, { recursive: true });
if (readdirSync(destination).length > 0) {
  process.stderr.write(`image-tree: ${destination} is not empty: name an empty or a new folder\n`);
  process.exit(2);
}
cpSync(join(root, 'proto'), join(destination, 'proto'), { recursive: true });
// All that a bundle needs is in it: an image has no packages.
const { name, version, license, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(destination, 'package.json'), JSON.stringify({ name, version, license, type }));
await bundleAll(join(destination, 'dist/bundles'), kind);
