import { spawn } from 'node:child_process';
import type { Environment } from '../../src/common/settings.js';
import { driverPluginFile } from './program-files.js';
import { type EndedProgram, waitForEnd } from './start-program.js';

/** Runs driver-plugin with these arguments, this environment and this text on stdin, to its end. */
export function runCommand(
  args: readonly string[],
  { env = {}, stdin = '' }: { readonly env?: Environment; readonly stdin?: string } = {},
): Promise<EndedProgram> {
  const child = spawn(process.execPath, [driverPluginFile, ...args], {
    env: { PATH: process.env['PATH'], ...env },
  });
  // A command that reads no stdin may be gone before this is written.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return waitForEnd(child);
}
