import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ownNamespace } from '../../src/server/own-namespace.js';
import { testFolder } from '../support/start-server-program.js';

function serviceAccountFile(t: TestContext, text: string): string {
  const file = join(testFolder(t), 'namespace');
  writeFileSync(file, text);
  return file;
}

test("in a cluster the namespace is the service account's, whether NAMESPACE repeats it or not", (t) => {
  const file = serviceAccountFile(t, 'team-a\n');
  assert.equal(ownNamespace(undefined, file), 'team-a');
  assert.equal(ownNamespace('team-a', file), 'team-a');
});

test("a NAMESPACE that is not the service account's is refused: KFP's driver would look elsewhere", (t) => {
  const file = serviceAccountFile(t, 'team-a');
  assert.throws(
    () => ownNamespace('team-b', file),
    /NAMESPACE is "team-b", but .* "team-a".*: unset NAMESPACE$/,
  );
});

test('outside of a cluster NAMESPACE says it, and must', (t) => {
  assert.equal(ownNamespace('laptop', '/nonexistent'), 'laptop');
  assert.equal(ownNamespace('laptop', serviceAccountFile(t, '\n')), 'laptop');
  assert.throws(() => ownNamespace(undefined, '/nonexistent'), /^Error: NAMESPACE is not set/);
});
