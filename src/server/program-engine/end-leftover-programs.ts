import { readdirSync, readlinkSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownerOfCallFolder } from './call-folder.js';

const lookEveryMs = 10;
const mostLooks = 200;

/**
 * Kills the programs that a dead server left running under `workDir`, and waits until they are gone: one of them might
 * write its execution after the new server looked for it. Resolves with their number. Only Linux tells (/proc); in a
 * container they end with the server, whose process is its first.
 */
export async function endLeftoverPrograms(workDir: string): Promise<number> {
  const folder = await realpath(workDir).catch(() => undefined);
  if (folder === undefined) {
    return 0;
  }
  const left = processes().filter((pid) => isLeftover(pid, folder));
  for (let look = 0; look < mostLooks; look += 1) {
    const running = left.filter(kill);
    if (running.length === 0) {
      break;
    }
    await sleep(lookEveryMs);
  }
  return left.length;
}

/** Of all processes; read at once, as their links are: /proc is no disk, and waiting for a thread takes several times as long. */
function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** True for a process that works in the folder of a call whose server is gone. */
function isLeftover(pid: number, workDir: string): boolean {
  const cwd = workingFolder(pid);
  const [name = ''] = cwd.startsWith(join(workDir, '/')) ? cwd.slice(workDir.length + 1).split('/') : [];
  return ownerOfCallFolder(name) === 'dead';
}

/** Empty for one that has ended, and for another user's, which does not tell. */
function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** False once there is nothing to kill: ended, or waiting for its parent to take note. */
function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
