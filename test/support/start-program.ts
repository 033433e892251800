import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { Environment } from '../../src/common/settings.js';
import { driverPluginFile } from './program-files.js';

export interface EndedProgram {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the sidecar as the container does, as a process with this environment and nothing else. Ended with the test. */
export function startProgram(t: Pick<TestContext, 'after'>, args: readonly string[], env: Environment) {
  const child = spawn(process.execPath, [driverPluginFile, ...args], { env: { ...env } });
  t.after(() => child.kill('SIGKILL'));
  const ended = waitForEnd(child);
  const firstTextLine = async (): Promise<string> => {
    const [line] = await once(createInterface(child.stdout), 'line');
    return line;
  };
  return {
    /** The first line of the log; waits for it. */
    firstLine: async (): Promise<Record<string, unknown>> => JSON.parse(await firstTextLine()),
    firstTextLine,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended,
  };
}

/** Reads a program's output to its end. */
export async function waitForEnd(child: ChildProcessWithoutNullStreams): Promise<EndedProgram> {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [exitCode, signal] = await once(child, 'close');
  return { exitCode, signal, stdout, stderr };
}
