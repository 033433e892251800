import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from '../../src/cli/commands.js';
import { runCommand } from '../support/run-command.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('--help lists every command with its purpose', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['--help']);
  assert.deepEqual([exitCode, stderr], [0, '']);
  for (const { name, purpose } of commands) {
    assert.match(stdout, RegExp(`^ {2}${name} +${purpose.replace(/[()]/g, '\\$&')}$`, 'm'));
  }
});

for (const { name } of commands) {
  test(`${name} --help says what it does, how it is called, and one example`, async () => {
    const { exitCode, stdout, stderr } = await runCommand([name, '--help']);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, RegExp(`^driver-plugin ${name} \\d+\\.\\d+\\.\\d+: \\S`));
    assert.match(stdout, RegExp(`\n\nUsage: driver-plugin ${name} \\[OPTIONS\\]`));
    assert.match(stdout, RegExp(`\n\nExample:\n {2}.*driver-plugin ${name}.*\n$`));
  });

  test(`${name} ends with 2 for an option that it does not know`, async () => {
    const { exitCode, stdout, stderr } = await runCommand([name, '--nonsense=1']);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(
      stderr,
      RegExp(`^driver-plugin ${name} cannot start:\n {2}- --nonsense is unknown: see --help\n`),
    );
  });
}

test('a word that is no command ends with 2 and names those that are', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['sevre']);
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /^driver-plugin: "sevre" is not a command: use one of serve, play, /);
});

test('without a command it serves, so that the image needs none', async () => {
  const { exitCode, stderr } = await runCommand([]);
  assert.equal(exitCode, 78);
  assert.match(stderr, /^driver-plugin serve cannot start:\n {2}- DRIVER_HOST is not set/);
});

test('a command that the image leaves out says so, and the others run', (t) => {
  const { sidecar } = JSON.parse(readFileSync(join(root, 'scripts/images.json'), 'utf8'));
  const image = mkdtempSync(join(tmpdir(), 'driver-plugin-image-'));
  t.after(() => rmSync(image, { recursive: true }));
  cpSync(join(root, 'package.json'), join(image, 'package.json'));
  cpSync(join(root, 'proto'), join(image, 'proto'), { recursive: true });
  for (const name of sidecar.keep) {
    cpSync(join(root, 'dist/src', name), join(image, 'dist/src', name), { recursive: true });
  }
  for (const name of sidecar.leaveOut) {
    rmSync(join(image, 'dist/src', name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(image, 'node_modules'));
  const runThere = (...args: string[]) =>
    spawnSync(process.execPath, [join(image, 'dist/src/main.js'), ...args], { encoding: 'utf8', env: {} });
  const absent = commands.map(({ name }) => name).filter((name) => !sidecar.commands.includes(name));
  assert.deepEqual(absent, ['play', 'demo', 'dev-driver']);
  for (const name of absent) {
    const { status, stderr } = runThere(name, '--help');
    assert.equal(status, 1);
    assert.ok(
      stderr.startsWith(`driver-plugin: "${name}" is not part of this installation: use the npm package`),
    );
  }
  for (const name of sidecar.commands) {
    const { status, stderr } = runThere(name, '--help');
    assert.deepEqual([status, stderr], [0, ''], name);
  }
});
