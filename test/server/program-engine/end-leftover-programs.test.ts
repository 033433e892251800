import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { endLeftoverPrograms } from '../../../src/server/program-engine/end-leftover-programs.js';
import { testFolder } from '../../support/start-server-program.js';

const skip = !existsSync('/proc/self/cwd') && 'only Linux tells what a dead server left (/proc)';

test('a start ends the programs that a dead server left running, and nothing else', { skip }, async (t) => {
  const folder = testFolder(t);
  const workDir = join(folder, 'work');
  const link = join(folder, 'link');
  symlinkSync(workDir, link);
  const programIn = (name: string) => {
    const cwd = join(workDir, name);
    mkdirSync(cwd, { recursive: true });
    const program = spawn('sleep', ['60'], { cwd });
    t.after(() => program.kill('SIGKILL'));
    return program;
  };
  const { pid: dead } = spawnSync('/bin/true');
  const leftover = programIn(`kfp-driver-call-${dead}-abc`);
  const others = ['kfp-driver-call-1-abc', 'other-folder', '.'].map(programIn);
  const ended = once(leftover, 'exit');
  assert.equal(await endLeftoverPrograms(link), 1);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  assert.deepEqual(
    others.map(({ exitCode, signalCode }) => [exitCode, signalCode]),
    others.map(() => [null, null]),
  );
});

test('a start without a folder for calls ends nothing', async (t) => {
  assert.equal(await endLeftoverPrograms(join(testFolder(t), 'none')), 0);
});
