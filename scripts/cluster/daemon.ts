import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A program in the background; its output is in a file. */
export interface Daemon {
  readonly name: string;
  /** Its last lines, for a message about why it ended. */
  tail(): string;
  hasEnded(): boolean;
  stop(): Promise<void>;
}

/** Starts a program that ends with this process at the latest. */
export function startDaemon(
  name: string,
  file: string,
  args: readonly string[],
  logFile: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Daemon {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  return {
    name,
    tail: () => readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n'),
    hasEnded: () => hasEnded(child),
    stop: async () => {
      process.removeListener('exit', kill);
      // Nothing that it has is wanted any more.
      child.kill('SIGKILL');
      await ended;
      log.end();
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
