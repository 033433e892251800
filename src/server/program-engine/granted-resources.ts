import { availableParallelism, totalmem } from 'node:os';
import { type ReadText, readIfThere } from '../../common/read-if-there.js';

/** What a machine has. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
}

const thisMachine = (): Machine => ({ cpus: availableParallelism(), memoryBytes: totalmem() });

/**
 * CPUs that this process may use: what its cgroup grants (v2 cpu.max, v1 cpu.cfs_quota_us;
 * https://docs.kernel.org/admin-guide/cgroup-v2.html), at most those of the machine. May be a fraction.
 */
export function grantedCpus(readText: ReadText = readIfThere, machine = thisMachine()): number {
  const [quota, period] = (readText('/sys/fs/cgroup/cpu.max') ?? readVersion1(readText)).trim().split(/\s+/);
  const cpus = Number(quota) / Number(period);
  return Number.isFinite(cpus) && cpus > 0 ? Math.min(cpus, machine.cpus) : machine.cpus;
}

/** Bytes of memory that this process and its programs may use together: its cgroup's limit, else the machine's. */
export function grantedMemoryBytes(readText: ReadText = readIfThere, machine = thisMachine()): number {
  const text =
    readText('/sys/fs/cgroup/memory.max') ?? readText('/sys/fs/cgroup/memory/memory.limit_in_bytes') ?? '';
  const bytes = Number(text.trim() || 'none');
  return bytes > 0 ? Math.min(bytes, machine.memoryBytes) : machine.memoryBytes;
}

/**
 * How many programs run at once where no setting says it: twice the CPUs, since a driver waits half of its time, but
 * no more than half of the memory holds; the other half is the server's.
 */
export function defaultMaxPrograms(
  programMemoryBytes: number,
  cpus = grantedCpus(),
  memoryBytes = grantedMemoryBytes(),
): number {
  return Math.max(1, Math.min(Math.round(2 * cpus), Math.floor(memoryBytes / 2 / programMemoryBytes)));
}

/**
 * How often the kernel has killed for memory in this cgroup (v2 memory.events, v1 memory.oom_control); 0 where
 * nothing tells.
 */
export function oomKills(readText: ReadText = readIfThere): number {
  const text =
    readText('/sys/fs/cgroup/memory.events') ?? readText('/sys/fs/cgroup/memory/memory.oom_control') ?? '';
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

function readVersion1(readText: ReadText): string {
  const quota = readText('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? '';
  const period = readText('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? '';
  return `${quota.trim()} ${period.trim()}`;
}
