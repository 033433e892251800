import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCallFolder, sweepCallFolders } from '../../../src/server/program-engine/call-folder.js';
import { testFolder } from '../../support/start-server-program.js';
import { statusErrorOf } from './fixtures.js';

test('a call has a private folder of its own until it is removed', async (t) => {
  const workDir = testFolder(t);
  const [one, other] = [await makeCallFolder(workDir), await makeCallFolder(workDir)];
  assert.notEqual(one.path, other.path);
  assert.equal(statSync(one.path).mode & 0o777, 0o700);
  await one.write('component.json', '{}');
  assert.equal(await one.read('component.json', 100), '{}');
  await one.remove();
  assert.deepEqual(readdirSync(workDir), [other.path.slice(workDir.length + 1)]);
});

test('a file that is not there is undefined, and an empty one is empty', async (t) => {
  const folder = await makeCallFolder(testFolder(t));
  writeFileSync(folder.file('condition'), '');
  assert.equal(await folder.read('execution-id', 100), undefined);
  assert.equal(await folder.read('condition', 100), '');
});

const unreadable: [name: string, make: (path: string) => void, says: RegExp][] = [
  [
    'larger than the bound',
    (path) => writeFileSync(path, 'x'.repeat(101)),
    /patch is larger than 100 bytes$/,
  ],
  ['no UTF-8', (path) => writeFileSync(path, Buffer.from([0x7b, 0xff, 0x7d])), /patch is not UTF-8 text$/],
  ['a folder', (path) => mkdirSync(path), /patch is no file$/],
  ['a pipe', (path) => spawnSync('mkfifo', [path]), /patch is no file$/],
  ['a link', (path) => symlinkSync('/etc/passwd', path), /patch cannot be read \(ELOOP\)$/],
];

for (const [name, make, says] of unreadable) {
  test(`an output that is ${name} is INTERNAL and named, never shown`, async (t) => {
    const folder = await makeCallFolder(testFolder(t));
    make(folder.file('patch'));
    const error = await statusErrorOf(folder.read('patch', 100));
    assert.equal(error.status, 'INTERNAL');
    assert.match(error.message, says);
    assert.equal(error.details.errorInfo?.metadata['file'], 'patch');
  });
}

test('an output of exactly the bound is read', async (t) => {
  const folder = await makeCallFolder(testFolder(t));
  writeFileSync(folder.file('patch'), 'x'.repeat(100));
  assert.equal((await folder.read('patch', 100))?.length, 100);
});

test('a start sweeps what a dead server left behind, and nothing else', async (t) => {
  const workDir = join(testFolder(t), 'made-at-start');
  mkdirSync(workDir);
  const dead = spawnSync('/bin/true').pid;
  const names = [`kfp-driver-call-${dead}-abc`, `kfp-driver-call-${process.pid}-abc`];
  const stay = ['kfp-driver-call-1-abc', 'other-folder', 'kfp-driver-call-x-abc'];
  for (const name of [...names, ...stay]) {
    mkdirSync(join(workDir, name));
  }
  for (const name of names) {
    writeFileSync(join(workDir, name, 'execution-id'), '1');
  }
  assert.equal(await sweepCallFolders(workDir), 2);
  assert.deepEqual(readdirSync(workDir).sort(), stay.sort());
});

test('a start makes the folder for calls', async (t) => {
  const workDir = join(testFolder(t), 'a', 'b');
  assert.equal(await sweepCallFolders(workDir), 0);
  assert.ok(existsSync(workDir));
});
