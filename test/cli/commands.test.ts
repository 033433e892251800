import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands.js';
import { runCommand } from '../support/run-command.js';

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
