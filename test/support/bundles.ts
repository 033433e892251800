import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../src/common/settings.js';
import { waitForEnd } from './start-program.js';

export const projectFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** Makes all bundles, beside what a package has; the folder goes with the process. */
export function makeBundles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['package.json', 'proto', 'examples']) {
    symlinkSync(join(projectFolder, name), join(folder, name));
  }
  const bundles = join(folder, 'dist/bundles');
  execFileSync(process.execPath, [join(projectFolder, 'scripts/bundle/main.mjs'), bundles]);
  return bundles;
}

/** A copy of bundles, for a test that changes them. */
export function copyBundles(t: Pick<TestContext, 'after'>, bundles: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-copy-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(bundles, '../..'), folder, { recursive: true, verbatimSymlinks: true });
  return join(folder, 'dist/bundles');
}

export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What does not start at all must not hold the tests up. */
const startTimeoutMs = 60_000;

/** Starts a program that listens, with this environment alone. Ended with the test. */
export async function startListening(t: TestContext, args: readonly string[], env: Environment) {
  const child = spawn(process.execPath, args, { env: { ...env } });
  t.after(() => child.kill('SIGKILL'));
  const ended = waitForEnd(child);
  const signal = AbortSignal.timeout(startTimeoutMs);
  const [line] = await once(createInterface(child.stdout), 'line', { signal });
  const { address, message } = JSON.parse(line);
  return { address: String(address), message: String(message), kill: () => child.kill('SIGTERM'), ended };
}
