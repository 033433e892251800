import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';

// The least that a rewriter of YAML files takes: each FILE is read, parsed, written out again into the first argument.
const [folder = '', ...files] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const file of files) {
  writeFileSync(join(folder, basename(file)), parseDocument(readFileSync(file, 'utf8')).toString());
}
