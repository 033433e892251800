import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Kills every process that works in a folder whose path begins with `prefix`, with its whole process group. What runs
 * there is found by /proc (https://docs.kernel.org/filesystems/proc.html), not by what somebody wrote down: a server may
 * have been stopped between a program's start and its note of it. Returns how many groups there were.
 */
export function killPrograms(prefix: string): number {
  const groups = new Set(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && workingFolder(name).startsWith(prefix))
      .map(groupOf),
  );
  // 0 is for one that has just ended.
  groups.delete(0);
  for (const group of groups) {
    kill(-group);
  }
  return groups.size;
}

/** "" for a process that has gone, and for another user's. */
function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** The third field after the name, which is in brackets and may have anything in it. */
function groupOf(pid: string): number {
  try {
    const [, group = '0'] =
      /^\d+ \(.*\) \S \d+ (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return Number(group);
  } catch {
    return 0;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
