import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Launcher } from './started-process.js';

const root = '/sys/fs/cgroup';
const periodUs = 100_000;
const mostTries = 50;

export interface CpuQuota {
  /** Starts a program with no more than this part of one CPU, from its first instruction on. */
  readonly launch: Launcher;
  /** Ends the programs that are left in it. */
  remove(): Promise<void>;
}

/**
 * A cgroup of this process that grants a part of one CPU, as the limit of a container does: v2 where the controller
 * is there, else v1. Returns a sentence where neither lets itself be made.
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files, https://docs.kernel.org/scheduler/sched-bwc.html
 */
export function createCpuQuota(part: number): CpuQuota | string {
  const isV2 = existsSync(join(root, 'cgroup.controllers'));
  const folder = join(root, isV2 ? '' : 'cpu', `driver-plugin-bench-${process.pid}`);
  const quotaUs = Math.round(periodUs * part);
  try {
    if (isV2 && !readFileSync(join(root, 'cgroup.subtree_control'), 'utf8').split(/\s+/).includes('cpu')) {
      writeFileSync(join(root, 'cgroup.subtree_control'), '+cpu');
    }
    mkdirSync(folder);
    if (isV2) {
      writeFileSync(join(folder, 'cpu.max'), `${quotaUs} ${periodUs}`);
    } else {
      writeFileSync(join(folder, 'cpu.cfs_period_us'), `${periodUs}`);
      writeFileSync(join(folder, 'cpu.cfs_quota_us'), `${quotaUs}`);
    }
  } catch (error) {
    return `no cgroup with a CPU quota can be made under ${root} (${error instanceof Error ? error.message : error})`;
  }
  const enter = `echo $$ > ${join(folder, 'cgroup.procs')} && exec "$@"`;
  return { launch: (words) => ['/bin/sh', '-c', enter, 'sh', ...words], remove: () => removeGroup(folder) };
}

/** Ends what a scenario that failed has left in it: a group with processes cannot be removed. */
async function removeGroup(folder: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (tries === mostTries) {
        throw error;
      }
    }
    const pids = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
    for (const pid of pids) {
      process.kill(Number(pid), 'SIGKILL');
    }
    await sleep(100);
  }
}
