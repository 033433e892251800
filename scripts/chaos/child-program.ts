import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A compiled program of this project as a process. */
export interface ChildProgram {
  /** As its line "listening" says. */
  readonly address: string;
  /** Sends the signal; it may have ended. */
  send(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface ChildProgramOptions {
  /** Path below the compiled folder: "src/main.js". */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** File that its log is appended to. */
  readonly logFile: string;
}

/** Starts a program and waits until it listens. It never outlives this process. */
export async function startChildProgram(options: ChildProgramOptions): Promise<ChildProgram> {
  const path = fileURLToPath(new URL(`../../${options.program}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...(options.args ?? [])], {
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let asked = false;
  const ended = once(child, 'close').then(([exitCode, signal]) => {
    process.off('exit', kill);
    // By somebody else, or by a bug: it explains what is found later.
    if (!asked) {
      process.stderr.write(`${options.program} ended unasked: ${signal ?? exitCode}\n`);
    }
  });
  const address = await listening(child, ended, options);
  return {
    address,
    send: (signal) => void child.kill(signal),
    end: async (signal) => {
      asked = true;
      child.kill(signal);
      await ended;
    },
  };
}

async function listening(
  child: ChildProcess,
  ended: Promise<void>,
  { program, logFile }: ChildProgramOptions,
): Promise<string> {
  const listens = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) {
        continue;
      }
      createInterface({ input: stream }).on('line', (line) => {
        appendFileSync(logFile, `${line}\n`);
        if (line.includes('"listening"')) {
          resolve(JSON.parse(line).address);
        }
      });
    }
  });
  const endedEarly = ended.then(() => {
    throw new Error(`${program} ended before it listened: its log is ${logFile}`);
  });
  // Whoever lost the race must not become an unhandled rejection when the program ends later.
  endedEarly.catch(() => {});
  return Promise.race([listens, endedEarly]);
}
