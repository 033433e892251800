import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaosProgram, chooseRuns } from '../../scripts/chaos/chaos-options.js';
import { readCommand } from '../../src/common/command-line.js';

const durable = ['--driver', 'server', '--sigkill', '--mlmd', 'fake'];

function replicasOf(...args: readonly string[]): number {
  const command = readCommand(chaosProgram, args, {});
  assert.ok(command.kind === 'run');
  return chooseRuns(command.options).replicas;
}

test('chaos runs two replicas where servers are killed and ML Metadata remembers, unless it is told otherwise', () => {
  assert.deepEqual(
    [
      replicasOf(...durable),
      replicasOf(...durable, '--replicas', '1'),
      replicasOf(...durable, '--replicas', '2'),
      replicasOf('--driver', 'server', '--sigkill'),
      replicasOf('--driver', 'server', '--mlmd', 'fake'),
      replicasOf(),
    ],
    [2, 1, 2, 1, 1, 1],
  );
});

test('chaos refuses two replicas that could not know what the other one has driven', () => {
  const command = readCommand(chaosProgram, ['--replicas', '2', '--driver', 'server', '--sigkill'], {});
  assert.ok(command.kind === 'exit');
  assert.equal(command.exitCode, 2);
  assert.match(command.stderr, /--replicas 2 needs --driver server, --sigkill and --mlmd/);
});
