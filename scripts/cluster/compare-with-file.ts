import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/** Asserts that a file of the repository, named from its root, has this text; with `update` it gets it first. */
export function compareWithFile(file: string, text: string, update: boolean): void {
  const path = new URL(`../../../${file}`, import.meta.url);
  if (update) {
    writeFileSync(path, text);
  }
  assert.equal(text, readFileSync(path, 'utf8'), `${file} is stale: npm run test:cluster -- --update`);
}
