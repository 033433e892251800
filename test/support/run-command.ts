import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../src/common/settings.js';
import { type EndedProgram, waitForEnd } from './start-program.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Runs driver-plugin with these arguments, this environment and this text on stdin, to its end. */
export function runCommand(
  args: readonly string[],
  { env = {}, stdin = '' }: { readonly env?: Environment; readonly stdin?: string } = {},
): Promise<EndedProgram> {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'], ...env } });
  // A command that reads no stdin may be gone before this is written.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return waitForEnd(child);
}
