import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunOptions, runProgram } from '../../../src/server/program-engine/run-program.js';
import { testFolder } from '../../support/start-server-program.js';
import { path } from './fixtures.js';

function runShell(t: TestContext, script: string, more: Partial<RunOptions> = {}) {
  return runProgram('/bin/sh', ['-c', script], {
    env: path,
    cwd: testFolder(t),
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    maxStderrBytes: 65_536,
    maxMemoryBytes: 2 ** 30,
    ...more,
  });
}

/** KILL takes a moment to be carried out; a process that stays makes the test run out of its time. */
async function untilGone(pid: number): Promise<void> {
  assert.ok(pid > 1);
  while (isAlive(pid)) {
    await sleep(10);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed process that nobody has reaped yet is a zombie.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a program ends with its exit code and what it said', async (t) => {
  const end = await runShell(t, 'echo out; echo err >&2; exit 3');
  assert.equal(end.exitCode, 3);
  assert.equal(end.signal, undefined);
  assert.equal(end.stderr, 'err\n');
  assert.equal(end.outputBytes, 8);
  assert.equal(end.stoppedFor, undefined);
});

test('arguments are never read by a shell', async (t) => {
  const args = ['-c', 'printf %s "$1" >&2', 'sh', '$(id); `id` "; id'];
  const options = {
    env: path,
    cwd: testFolder(t),
    timeoutMs: 20_000,
    maxStderrBytes: 1_000,
    maxMemoryBytes: 2 ** 30,
  };
  const end = await runProgram('/bin/sh', args, { ...options, signal: new AbortController().signal });
  assert.equal(end.stderr, '$(id); `id` "; id');
});

test('a program has the given environment and no standard input', async (t) => {
  const end = await runShell(t, 'env >&2; cat >&2', { env: { ONLY: 'this' } });
  const names = end.stderr.split('\n').map((line) => line.split('=')[0]);
  assert.deepEqual(
    names.filter((name) => !['PWD', '_', 'SHLVL', 'OLDPWD', ''].includes(name ?? '')),
    ['ONLY'],
  );
});

test('a program that is killed says by which signal', async (t) => {
  const end = await runShell(t, 'kill -KILL $$');
  assert.equal(end.signal, 'SIGKILL');
  assert.equal(end.exitCode, undefined);
});

test('a program over its budget gets TERM, with its whole group', { timeout: 10_000 }, async (t) => {
  const end = await runShell(t, 'sleep 60 & echo $! >&2; wait', { timeoutMs: 200 });
  assert.equal(end.stoppedFor, 'timeout');
  assert.equal(end.signal, 'SIGTERM');
  await untilGone(Number(end.stderr.trim()));
});

test('a program that ignores TERM gets KILL', async (t) => {
  const end = await runShell(t, "trap '' TERM; while :; do sleep 0.05; done", {
    timeoutMs: 200,
    killAfterMs: 200,
  });
  assert.equal(end.stoppedFor, 'timeout');
  assert.equal(end.signal, 'SIGKILL');
});

test('a program over its memory is killed at once, and says why', async (t) => {
  const script = 'const taken = []; setInterval(() => taken.push(Buffer.alloc(8 << 20, 1)), 5)';
  const args = ['-e', script];
  const options = { env: path, cwd: testFolder(t), timeoutMs: 60_000, maxStderrBytes: 1_000 };
  const { signal } = new AbortController();
  const end = await runProgram(process.execPath, args, { ...options, signal, maxMemoryBytes: 150 << 20 });
  assert.deepEqual([end.stoppedFor, end.signal], ['memory', 'SIGKILL']);
});

test('a program that reads a large file has taken no memory of its own', async (t) => {
  const end = await runShell(t, `exec cat ${process.execPath} > /dev/null`, { maxMemoryBytes: 32 << 20 });
  assert.deepEqual([end.stoppedFor, end.exitCode], [undefined, 0]);
});

test('a program is the first that the kernel kills when memory runs out', async (t) => {
  const end = await runShell(t, 'sleep 0.2; cat /proc/$$/oom_score_adj >&2');
  assert.equal(end.stderr, '1000\n');
});

test('a program that answers TERM with a good end has ended well', async (t) => {
  const end = await runShell(t, "trap 'exit 0' TERM; while :; do sleep 0.05; done", { timeoutMs: 200 });
  assert.equal(end.exitCode, 0);
});

test('a program ends when the server must end', async (t) => {
  const ending = new AbortController();
  const run = runShell(t, 'exec sleep 60', { signal: ending.signal });
  ending.abort();
  assert.equal((await run).stoppedFor, 'shutdown');
});

test('a child in the group that outlives its program is killed', { timeout: 10_000 }, async (t) => {
  const end = await runShell(t, 'sleep 60 & echo $! >&2; exit 0');
  assert.equal(end.exitCode, 0);
  await untilGone(Number(end.stderr.trim()));
});

test('a child that left the group and holds the pipes open does not hold the answer', async (t) => {
  const pidFile = join(testFolder(t), 'pid');
  const end = await runShell(t, `setsid sh -c 'echo $$ > ${pidFile}; exec sleep 60' & sleep 0.2; exit 0`);
  process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  assert.equal(end.exitCode, 0);
});

test('of endless output the start and the end are kept', async (t) => {
  const script =
    'echo FIRST >&2; i=0; while [ $i -lt 40000 ]; do echo 0123456789012345678901234567890; i=$((i+1)); done >&2; echo LAST >&2';
  const end = await runShell(t, script);
  assert.ok(end.outputBytes > 1_200_000);
  assert.ok(end.stderr.length < 8_192 + 2 * 65_536 + 1);
  assert.match(end.stderr, /^FIRST\n/);
  assert.match(end.stderr, /\nLAST\n$/);
});

const cannotStart: [name: string, file: string, args: string[], code: string][] = [
  ['is not there', '/nonexistent/driver', [], 'ENOENT'],
  ['may not be run', '/etc/passwd', [], 'EACCES'],
  ['gets more than the system takes', '/bin/true', ['x'.repeat(140_000)], 'E2BIG'],
];

for (const [name, file, args, code] of cannotStart) {
  test(`a program that ${name} rejects with ${code}`, async (t) => {
    const options = {
      env: path,
      cwd: testFolder(t),
      timeoutMs: 20_000,
      maxStderrBytes: 1_000,
      maxMemoryBytes: 2 ** 30,
    };
    const run = runProgram(file, args, { ...options, signal: new AbortController().signal });
    await assert.rejects(run, { code });
  });
}
