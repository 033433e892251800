import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A program of this project that runs as a process of its own. */
export interface Child {
  /** As its "listening" line says. */
  readonly address: string;
  /** Resident memory in MB. */
  rssMb(): number;
  stop(): Promise<void>;
}

/** Starts `node FILE ARGS...` and waits for its "listening" line. */
export async function startChild(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Child> {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill());
  const address = await readAddress(child, file);
  return {
    address,
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function readAddress(child: ChildProcess, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('close', (exitCode) => reject(new Error(`${file} ended with ${exitCode} before it listened`)));
    if (child.stdout === null) {
      return;
    }
    // Read to the end: a full pipe would stop the program.
    createInterface(child.stdout).on('line', (line) => {
      const { message, address } = JSON.parse(line);
      if (message === 'listening') {
        resolve(address);
      }
    });
  });
}
