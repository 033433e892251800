import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launcher } from './started-process.js';

const root = '/sys/fs/cgroup';
const periodUs = 100_000;

export interface CpuQuota {
  /** Starts a program with no more than this part of one CPU, from its first instruction on. */
  readonly launch: Launcher;
  /** To be called when its programs have ended. */
  remove(): void;
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
  const remove = () => rmdirSync(folder);
  return { launch: (words) => ['/bin/sh', '-c', enter, 'sh', ...words], remove };
}
