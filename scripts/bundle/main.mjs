// Bundles all programs: node scripts/bundle/main.mjs [FOLDER]. FOLDER, else dist/bundles, is two folders below package.json,
// proto/ and examples/, and what it holds is replaced.
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleAll } from './bundle-all.mjs';

const [given] = process.argv.slice(2);
const folder =
  given === undefined ? fileURLToPath(new URL('../../dist/bundles', import.meta.url)) : resolve(given);

rmSync(folder, { recursive: true, force: true });
await bundleAll(folder);
