import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands.js';
import { projectFolder } from '../support/bundles.js';

const work = mkdtempSync(join(tmpdir(), 'image-tree-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
const treeOf = (kind: string) => {
  const tree = join(work, kind);
  execFileSync(process.execPath, [join(projectFolder, 'scripts/image-tree.mjs'), kind, tree]);
  return tree;
};
const images = JSON.parse(readFileSync(join(projectFolder, 'scripts/images.json'), 'utf8'));

test('the image of the sidecar has bundles and no packages; a command that it leaves out says so', () => {
  const tree = treeOf('sidecar');
  assert.deepEqual(readdirSync(tree).sort(), ['dist', 'package.json', 'proto']);
  assert.deepEqual(readdirSync(join(tree, 'dist/bundles')).sort(), [
    'commands',
    'driver-plugin.cjs',
    'packages',
    'serve',
    'webhook',
  ]);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(tree, 'dist/bundles/driver-plugin.cjs'), ...args], {
      encoding: 'utf8',
      env: {},
    });
  const kept: readonly string[] = images.sidecar.commands;
  const absent = commands.map(({ name }) => name).filter((name) => !kept.includes(name));
  assert.deepEqual(absent, ['play', 'demo', 'dev-driver']);
  for (const name of absent) {
    const { status, stderr } = run(name, '--help');
    assert.equal(status, 1);
    assert.ok(
      stderr.startsWith(`driver-plugin: "${name}" is not part of this installation: use the npm package`),
    );
  }
  for (const name of kept) {
    const { status, stderr } = run(name, '--help');
    assert.deepEqual([status, stderr], [0, ''], name);
  }
});

test('the image of the driver server has one program and its parts, with code caches of what each start loads, and the guard of the drivers', () => {
  const folder = join(treeOf('server'), 'dist/bundles');
  const cache = `v8-${process.versions.v8}-${process.arch}.cache`;
  assert.deepEqual(readdirSync(folder).sort(), ['kfp-driver-server.cjs', 'packages', 'server']);
  assert.deepEqual(readdirSync(join(folder, 'server')).sort(), [
    'guard-process.js',
    ...['kubernetes.js', 'kubernetes.js.map'],
    ...['metrics.js', 'metrics.js.map', `metrics.${cache}`],
    ...['program.js', 'program.js.map', `program.${cache}`],
    ...['tracing.js', 'tracing.js.map'],
  ]);
});
