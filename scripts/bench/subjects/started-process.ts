import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A program that runs as a process of its own and listens. */
export interface StartedProcess {
  readonly pid: number;
  /** As its line "listening" says. */
  readonly address: string;
  /** From the request to start it to that line, on this process' clock. */
  readonly listeningMs: number;
  /** `performance.now()` when it was asked to start. */
  readonly beganMs: number;
  /** Resident memory. */
  rssMib(): number;
  /** CPU time of all its threads until now, in steps of 10 ms. */
  cpuMs(): number;
  /** The same of the children that it has waited for. */
  childrenCpuMs(): number;
  stop(): Promise<void>;
}

export type Launcher = (words: readonly string[]) => readonly string[];

/** Starts a program, and waits for the JSON line with the message "listening" that it writes to its stdout. */
export async function startProcess(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  launch: Launcher = (same) => same,
): Promise<StartedProcess> {
  const [file = '', ...args] = launch(words);
  const beganMs = performance.now();
  const child = spawn(file, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const address = await listening(child, words.join(' '));
  const listeningMs = performance.now() - beganMs;
  const pid = child.pid ?? 0;
  return {
    pid,
    address,
    listeningMs,
    beganMs,
    rssMib: () => rssMib(pid),
    cpuMs: () => ticks(pid, 11) + ticks(pid, 12),
    childrenCpuMs: () => ticks(pid, 13) + ticks(pid, 14),
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => {
          process.off('exit', kill);
          resolve();
        });
        // Nothing that a benchmark has measured needs a grace.
        kill();
      }),
  };
}

function rssMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const msPerTick = 10;

/** A field of /proc/PID/stat behind the program's name, which may hold blanks (man 5 proc_pid_stat). */
function ticks(pid: number, field: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[field]) * msPerTick;
}

function listening(child: ChildProcess, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => reject(new Error(`${what} ended with ${exitCode} before it listened`)));
    if (child.stdout === null) {
      return;
    }
    const { stdout } = child;
    const lines = createInterface(stdout);
    lines.on('line', (line) => {
      const { message, address } = JSON.parse(line);
      if (message === 'listening') {
        lines.close();
        // Read to the end, and not looked at: a full pipe would stop the program.
        stdout.resume();
        resolve(address);
      }
    });
  });
}
