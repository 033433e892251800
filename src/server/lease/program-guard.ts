import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../common/clock.js';
import type { Logger } from '../../common/logger.js';

/** Ends the programs of a server that cannot do it itself. */
export interface ProgramGuard {
  /** Programs may run until then, in milliseconds of the system's clock. */
  readonly allowUntil: (untilMs: number) => void;
  /** Nothing runs, and nothing will before the next `allowUntil`. */
  readonly rest: () => void;
}

const entry = fileURLToPath(new URL('./guard-process.js', import.meta.url));
const startAgainMs = 1_000;
/** It needs next to nothing, and a server in a small container must feel it as little as can be. */
const smallHeap = ['--max-old-space-size=16', '--max-semi-space-size=1'];

/**
 * Starts the guard of the programs whose working folders begin with `prefix`: a process of its own, because only another
 * process runs while this one is stopped. It lives as long as this process. Throws an Error where there is no /proc.
 */
export function startProgramGuard(prefix: string, logger: Logger): ProgramGuard {
  if (!existsSync('/proc/self/cwd')) {
    throw new Error('LEASE_NAME needs /proc, to find drivers that must end: it is for Linux');
  }
  let guard: ChildProcess;
  let last = '0';
  const say = (line: string) => {
    last = line;
    guard.stdin?.write(`${line}\n`);
  };
  const start = () => {
    guard = spawn(process.execPath, [...smallHeap, entry, prefix], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    guard.stdin?.on('error', () => {});
    guard.once('error', (error) =>
      logger.error('the guard of the drivers cannot start', { reason: error.message }),
    );
    guard.once('close', () => {
      logger.error('the guard of the drivers has ended, and is started again');
      setTimeout(start, startAgainMs).unref();
    });
    if (guard.stdout !== null) {
      createInterface(guard.stdout).on('line', (killed) => {
        logger.warn('drivers were killed, because this server was stopped for too long', {
          killed: Number(killed),
        });
      });
    }
    guard.unref();
    unrefPipes(guard);
    say(last);
  };
  start();
  return {
    allowUntil: (untilMs) => say(String(monotonicNs(untilMs))),
    rest: () => say('0'),
  };
}

/** The same clock in nanoseconds since boot, which is the same in all processes. This process may be stopped in between: then it is too early. */
function monotonicNs(untilMs: number): bigint {
  const nowNs = process.hrtime.bigint();
  const leftMs = untilMs - systemClock.nowMs();
  return nowNs + BigInt(Math.round(leftMs * 1e6));
}

function unrefPipes({ stdin, stdout }: ChildProcess): void {
  for (const pipe of [stdin, stdout]) {
    (pipe as unknown as { unref?: () => void } | null)?.unref?.();
  }
}
