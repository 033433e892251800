import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export type ReadText = (path: string) => string | undefined;

/**
 * CPUs that this process may use: what its cgroup grants (v2 cpu.max, v1 cpu.cfs_quota_us;
 * https://docs.kernel.org/admin-guide/cgroup-v2.html), at most those of the machine. May be a fraction.
 */
export function grantedCpus(readText: ReadText = readIfThere, machineCpus = availableParallelism()): number {
  const [quota, period] = (readText('/sys/fs/cgroup/cpu.max') ?? readVersion1(readText)).trim().split(/\s+/);
  const cpus = Number(quota) / Number(period);
  return Number.isFinite(cpus) && cpus > 0 ? Math.min(cpus, machineCpus) : machineCpus;
}

/** How many programs run at once where no setting says it: twice the CPUs, since a driver waits half of its time. */
export function defaultMaxPrograms(cpus = grantedCpus()): number {
  return Math.max(1, Math.round(2 * cpus));
}

function readVersion1(readText: ReadText): string {
  const quota = readText('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? '';
  const period = readText('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? '';
  return `${quota.trim()} ${period.trim()}`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not every system has cgroups, and none has both versions.
    return undefined;
  }
}
