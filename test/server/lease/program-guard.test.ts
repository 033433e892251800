import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../support/start-leased-server.js';
import { testFolder } from '../../support/start-server-program.js';
import { until } from '../../support/until.js';

const entry = fileURLToPath(new URL('../../../src/server/lease/guard-process.js', import.meta.url));

/** The guard of the programs below a folder, and a program there that goes elsewhere and leaves a child. */
function startGuarded(t: TestContext) {
  const folder = testFolder(t);
  const prefix = join(folder, 'call-');
  const guard = spawn(process.execPath, [entry, prefix], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => guard.kill('SIGKILL'));
  const start = (cwd: string) => {
    const child = spawn('/bin/sh', ['-c', 'sleep 60 & cd / && sleep 60'], {
      cwd,
      detached: true,
      stdio: 'ignore',
    });
    t.after(() => child.kill('SIGKILL'));
    return child;
  };
  const startProgram = () => start(mkdtempSync(prefix));
  const program = startProgram();
  const stranger = start(folder);
  const say = (ms: number) => {
    guard.stdin.write(`${process.hrtime.bigint() + BigInt(ms) * 1_000_000n}\n`);
  };
  const ended = once(program, 'exit');
  const killed = once(createInterface(guard.stdout), 'line').then(([line]) => Number(line));
  return { guard, program, startProgram, stranger, say, ended, killed };
}

const pidOf = ({ pid = 0 }: { readonly pid?: number | undefined }) => pid;

test('a program is killed with its children when its time is over, and nobody else is', async (t) => {
  const { program, stranger, say, ended, killed } = startGuarded(t);
  say(100);
  await ended;
  assert.equal(await killed, 1);
  assert.deepEqual([isAlive(pidOf(program)), isAlive(pidOf(stranger))], [false, true]);
  process.kill(-pidOf(stranger), 'SIGKILL');
});

test('a guard that is told to end stays with the programs that have time, and ends them with their server', async (t) => {
  const { guard, startProgram, stranger, say, ended } = startGuarded(t);
  // Then it is at work.
  say(0);
  await ended;
  say(60_000);
  const program = startProgram();
  guard.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual([isAlive(pidOf(program)), isAlive(pidOf(guard))], [true, true]);
  guard.stdin.end();
  await until(() => !isAlive(pidOf(program)) && !isAlive(pidOf(guard)));
  process.kill(-pidOf(stranger), 'SIGKILL');
});
