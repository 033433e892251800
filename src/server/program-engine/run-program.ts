import { type ChildProcess, spawn } from 'node:child_process';
import type { Environment } from '../../common/settings.js';
import { rightLost } from '../drive-right.js';
import { oomKills } from './granted-resources.js';
import { createOutputTail, type OutputTail } from './output-tail.js';
import { offerToOomKiller, watchMemory } from './watch-memory.js';

/** How a program is run. */
export interface RunOptions {
  /** The program's whole environment. */
  readonly env: Environment;
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Memory of its own; above it, it is killed. */
  readonly maxMemoryBytes: number;
  /** Aborted when the program must end now; with `rightLost`, without a grace. */
  readonly signal: AbortSignal;
  /** How much of stderr is kept. */
  readonly maxStderrBytes: number;
  /** Between TERM and KILL. */
  readonly killAfterMs?: number;
}

/** Why a program was told to end. */
export type StoppedFor = 'timeout' | 'shutdown' | 'memory' | 'lease';

/** How a program ended. */
export interface ProgramEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stoppedFor: StoppedFor | undefined;
  /** Whether the kernel killed for memory while it ran, here or in another process of the cgroup. */
  readonly kernelKilled: boolean;
  /** Start and end of what it wrote to stderr: holds specs, never for a log. */
  readonly stderr: string;
  readonly outputBytes: number;
  readonly programMs: number;
}

const stderrHeadBytes = 8_192;
/** How long output may still come after the program's end: a process that left its group may hold the pipes open. */
const drainMs = 500;

/**
 * Runs a program to its end: no shell, stdin closed, in a process group of its own, which is told to end (TERM, then
 * KILL) when the time is over or the signal aborts, is killed over its memory, and of which nothing outlives the program.
 * It is the first that the kernel kills when memory runs out. Rejects with the
 * system's error if it cannot be started.
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: RunOptions,
): Promise<ProgramEnd> {
  const startedMs = performance.now();
  const killsBefore = oomKills();
  const child = spawn(path, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stderr = createOutputTail(stderrHeadBytes, options.maxStderrBytes);
  const stdout = createOutputTail(0, 1);
  collect(child, stdout, stderr);
  const stopper = stopInTime(child, options);
  try {
    const [exitCode, signal] = await ended(child);
    return {
      exitCode: exitCode ?? undefined,
      signal: signal ?? undefined,
      stoppedFor: stopper.stoppedFor(),
      kernelKilled: signal === 'SIGKILL' && oomKills() > killsBefore,
      stderr: stderr.text(),
      outputBytes: stderr.size() + stdout.size(),
      programMs: Math.round(performance.now() - startedMs),
    };
  } finally {
    stopper.disarm();
  }
}

function collect(child: ChildProcess, stdout: OutputTail, stderr: OutputTail): void {
  child.stdout?.on('data', stdout.add).on('error', () => {});
  child.stderr?.on('data', stderr.add).on('error', () => {});
}

function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      // A kill that fails is an error too, but then the program has started.
      if (child.pid === undefined) {
        reject(error);
      }
    });
    child.once('exit', (exitCode, signal) => {
      killGroup(child, 'SIGKILL');
      const drained = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, drainMs);
      child.once('close', () => {
        clearTimeout(drained);
        resolve([exitCode, signal]);
      });
    });
  });
}

function stopInTime(child: ChildProcess, options: RunOptions) {
  let stoppedFor: StoppedFor | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (reason: StoppedFor) => {
    if (stoppedFor !== undefined && reason !== 'lease') {
      return;
    }
    stoppedFor ??= reason;
    if (reason === 'memory' || reason === 'lease') {
      return killGroup(child, 'SIGKILL');
    }
    killGroup(child, 'SIGTERM');
    killTimer = setTimeout(() => killGroup(child, 'SIGKILL'), options.killAfterMs ?? 5_000);
  };
  const timer = setTimeout(() => stop('timeout'), options.timeoutMs);
  const unwatch = guardMemory(child, options.maxMemoryBytes, () => stop('memory'));
  const onAbort = () => stop(options.signal.reason === rightLost ? 'lease' : 'shutdown');
  if (options.signal.aborted) {
    onAbort();
  }
  options.signal.addEventListener('abort', onAbort, { once: true });
  return {
    stoppedFor: () => stoppedFor,
    disarm: () => {
      unwatch();
      clearTimeout(timer);
      clearTimeout(killTimer);
      options.signal.removeEventListener('abort', onAbort);
    },
  };
}

/** A child without an id was never started. */
function guardMemory({ pid }: ChildProcess, maxBytes: number, onTooMuch: () => void): () => void {
  if (pid === undefined) {
    return () => {};
  }
  offerToOomKiller(pid);
  return watchMemory(pid, maxBytes, onTooMuch);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: nobody is left in the group, which is what we want.
  }
}
